// A client of authapi for iOS and macOS, to copy: URLSession, an actor, the Keychain; Swift 5.9.
//
//   let client = AuthClient(baseURL: URL(string: "https://auth.example.org")!)
//   try await client.register(username: "ann", password: "correct horse battery")
//   do {
//       try await client.logIn(username: "ann", password: "correct horse battery")
//   } catch let step as SecondStepRequired {
//       try await client.secondStep(step, code: typed)
//   }
//   let answer = try await client.data(from: "protected")
//   try await client.logOut()

import Foundation
import Security

/// The service refused a request: `code` is for programs, `message` for people.
struct ServiceError: LocalizedError {
    let status: Int
    let code: String
    let message: String
    let errors: [String: [String]]
    /// Seconds to wait before the next try, for `rate_limited` and `service_unavailable`.
    let retryAfter: Int?

    var errorDescription: String? { message }
}

/// The password was correct, and a second factor is needed: pass this and a code to `secondStep`. Keep it in memory.
struct SecondStepRequired: LocalizedError {
    let mfaToken: String
    /// The factors that are accepted, such as `totp` and `recovery_code`.
    let factors: [String]
    let expires: Date
    let message: String

    var errorDescription: String? { message }
}

/// Nobody is logged in, or the service ended the session: show the login form.
struct LoggedOut: Error {}

actor AuthClient {
    private let baseURL: URL
    private let store: LoginStore
    private let session: URLSession
    private var refreshing: Task<Login, Error>?

    init(baseURL: URL, store: LoginStore = KeychainStore(), session: URLSession = .init(configuration: .ephemeral)) {
        self.baseURL = baseURL
        self.store = store
        self.session = session
    }

    func register(username: String, password: String) async throws {
        let body = ["username": username, "password": password]
        _ = try await post("register", body, key: UUID().uuidString)
    }

    /// `code` is the second factor, if it is known already; where it is needed and missing, throws `SecondStepRequired`.
    func logIn(username: String, password: String, code: String? = nil) async throws {
        var body = ["username": username, "password": password]
        body["code"] = code
        try store.save(Login(answer: await post("authenticate", body, key: UUID().uuidString)))
    }

    /// Finishes a login by a code. After `invalid_code` try another code; after `invalid_token` start again with `logIn`.
    func secondStep(_ step: SecondStepRequired, code: String) async throws {
        let body = ["mfa_token": step.mfaToken, "code": code]
        try store.save(Login(answer: await post("authenticate/second", body, key: UUID().uuidString)))
    }

    /// Asks the service to mail a link for a new password. The answer does not tell whether the user exists.
    func forgotPassword(username: String) async throws {
        _ = try await post("password/forgot", ["username": username])
    }

    /// `token` is the part after `#` of the mailed link. Does not log in.
    func resetPassword(token: String, newPassword: String) async throws {
        _ = try await post("password/reset", ["token": token, "new_password": newPassword])
    }

    /// Forgets the login, then ends the session at the service. If that fails, the session stays until it expires.
    func logOut() async throws {
        guard let login = try store.load() else { return }
        try store.save(nil)
        _ = try await post("logout", ["refresh_token": login.refreshToken])
    }

    /// Sends a request with a fresh access token. If the service refuses the token, renews it and repeats the request once.
    func data(from path: String, method: String = "GET", body: Data? = nil) async throws -> Data {
        let login = try await freshLogin()
        var (data, response) = try await send(path, method, body, login.accessToken)
        if response.statusCode == 401, isStale(data, response) {
            let renewed = try await freshLogin(insteadOf: login.accessToken)
            (data, response) = try await send(path, method, body, renewed.accessToken)
        }
        guard response.statusCode == 200 else { throw problem(in: data, response) }
        return data
    }

    /// Refreshes once at a time: callers that come meanwhile wait for the same refresh.
    private func freshLogin(insteadOf stale: String? = nil) async throws -> Login {
        if let refreshing { return try await refreshing.value }
        guard let login = try store.load() else { throw LoggedOut() }
        if login.accessToken != stale && Date() < login.freshUntil { return login }
        let task = Task { try await refresh(login) }
        refreshing = task
        defer { refreshing = nil }
        return try await task.value
    }

    /// The key is stored before the request goes out. Whatever happens then, the next refresh is the
    /// same request with the same key, and gets the same answer.
    private func refresh(_ old: Login) async throws -> Login {
        var login = old
        let key = old.key ?? UUID().uuidString
        login.key = key
        try store.save(login)
        do {
            let renewed = try Login(answer: await post("refresh", ["refresh_token": old.refreshToken], key: key))
            guard try store.load()?.refreshToken == old.refreshToken else {
                _ = try await post("logout", ["refresh_token": renewed.refreshToken])
                throw LoggedOut()
            }
            try store.save(renewed)
            return renewed
        } catch let error as ServiceError where ["invalid_refresh_token", "refresh_token_expired"].contains(error.code) {
            if try store.load()?.refreshToken == old.refreshToken { try store.save(nil) }
            throw LoggedOut()
        }
    }

    /// With a key, a request whose answer was lost is sent again.
    private func post(_ path: String, _ body: [String: String], key: String? = nil) async throws -> Data {
        let json = try JSONEncoder().encode(body)
        var waits: [UInt64] = key == nil ? [] : [2_000, 1_000, 500]
        while true {
            do {
                let (data, response) = try await send(path, "POST", json, nil, key)
                guard response.statusCode == 200 else { throw problem(in: data, response) }
                return data
            } catch let error as URLError {
                guard let wait = waits.popLast() else { throw error }
                try await Task.sleep(nanoseconds: wait * 1_000_000)
            }
        }
    }

    private func send(
        _ path: String, _ method: String, _ body: Data?, _ token: String?, _ key: String? = nil
    ) async throws -> (Data, HTTPURLResponse) {
        var request = URLRequest(url: baseURL.appendingPathComponent(path), timeoutInterval: 20)
        request.httpMethod = method
        request.httpBody = body
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let key { request.setValue(key, forHTTPHeaderField: "Idempotency-Key") }
        let (data, response) = try await session.data(for: request, delegate: NoRedirects())
        guard let http = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        return (data, http)
    }

    /// Not every 401 is about the token: a wrong password is one as well.
    private func isStale(_ data: Data, _ response: HTTPURLResponse) -> Bool {
        let code = (problem(in: data, response) as? ServiceError)?.code ?? ""
        return ["token_expired", "invalid_token"].contains(code)
    }

    private func problem(in data: Data, _ response: HTTPURLResponse) -> Error {
        struct Body: Decodable {
            let code: String
            let message: String
            let errors: [String: [String]]?
            let mfa_token: String?
            let factors: [String]?
            let expires_in: Double?
        }
        guard let body = try? JSONDecoder().decode(Body.self, from: data) else {
            return URLError(.cannotParseResponse)
        }
        if body.code == "second_factor_required", let token = body.mfa_token {
            let expires = Date().addingTimeInterval(body.expires_in ?? 0)
            return SecondStepRequired(
                mfaToken: token, factors: body.factors ?? [], expires: expires, message: body.message)
        }
        return ServiceError(
            status: response.statusCode, code: body.code, message: body.message, errors: body.errors ?? [:],
            retryAfter: response.value(forHTTPHeaderField: "Retry-After").flatMap { Int($0) })
    }
}

/// Follows no redirect, which would send a password or a token to another address: the redirect itself is the answer.
private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest
    ) async -> URLRequest? { nil }
}

/// The tokens of a login, and the Idempotency-Key of a refresh whose answer has not arrived.
struct Login: Codable, Sendable {
    let accessToken: String
    let refreshToken: String
    let freshUntil: Date
    var key: String?

    /// Counts the token's life from its receipt by this device's own clock.
    init(answer: Data) throws {
        struct Body: Decodable {
            let access_token: String
            let refresh_token: String
            let expires_in: Double
        }
        let body = try JSONDecoder().decode(Body.self, from: answer)
        accessToken = body.access_token
        refreshToken = body.refresh_token
        freshUntil = Date().addingTimeInterval(body.expires_in - min(10, body.expires_in / 10))
    }
}

protocol LoginStore: Sendable {
    func load() throws -> Login?
    func save(_ login: Login?) throws
}

/// Stores the login where only this app on this device can read it: it is not copied to backups or iCloud.
struct KeychainStore: LoginStore {
    private var item: [String: Any] {
        [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: "authapi",
            kSecAttrAccount as String: "login",
        ]
    }

    func load() throws -> Login? {
        var found: CFTypeRef?
        let query = item.merging([kSecReturnData as String: true]) { $1 }
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess, let data = found as? Data else { throw KeychainError(status: status) }
        return try JSONDecoder().decode(Login.self, from: data)
    }

    func save(_ login: Login?) throws {
        guard let login else {
            let status = SecItemDelete(item as CFDictionary)
            guard status == errSecSuccess || status == errSecItemNotFound else { throw KeychainError(status: status) }
            return
        }
        let content: [String: Any] = [
            kSecValueData as String: try JSONEncoder().encode(login),
            kSecAttrAccessible as String: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
        ]
        var status = SecItemUpdate(item as CFDictionary, content as CFDictionary)
        if status == errSecItemNotFound {
            status = SecItemAdd(item.merging(content) { $1 } as CFDictionary, nil)
        }
        guard status == errSecSuccess else { throw KeychainError(status: status) }
    }
}

struct KeychainError: Error {
    let status: OSStatus
}
