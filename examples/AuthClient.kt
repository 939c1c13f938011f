// A client of authapi for Android, to copy: OkHttp 4 or 5, the Android Keystore (API 23).
//
//   val client = AuthClient("https://auth.example.org".toHttpUrl(), KeystoreStore(context))
//   client.register("ann", "correct horse battery")
//   try {
//       client.logIn("ann", "correct horse battery")
//   } catch (step: SecondStepRequiredException) {
//       client.secondStep(step, typed)
//   }
//   val request = Request.Builder().url("https://auth.example.org/protected").build()
//   client.http.newCall(request).execute().use { println(it.body?.string()) }
//   client.logOut()
//
// Every function blocks: call it from Dispatchers.IO. `client.http` can be given to Retrofit as well.
package org.example.auth

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.util.Base64
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.util.UUID
import java.util.concurrent.locks.ReentrantLock
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import kotlin.concurrent.withLock
import okhttp3.HttpUrl
import okhttp3.Interceptor
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import org.json.JSONException
import org.json.JSONObject

/** The service refused a request: [code] is for programs, the message for people. */
open class ServiceException(
    val status: Int,
    val code: String,
    message: String,
    /** Seconds to wait before the next try, for `rate_limited` and `service_unavailable`. */
    val retryAfter: Int?,
) : IOException(message)

/** The password was correct, and a second factor is needed: pass this and a code to [AuthClient.secondStep]. Keep it in memory. */
class SecondStepRequiredException(
    val mfaToken: String,
    /** The factors that are accepted, such as `totp` and `recovery_code`. */
    val factors: List<String>,
    /** Seconds until [mfaToken] expires. */
    val expiresIn: Int,
    message: String,
) : ServiceException(401, "second_factor_required", message, null)

/** Nobody is logged in, or the service ended the session: show the login form. An `IOException`, since OkHttp throws nothing else. */
class LoggedOutException : IOException("Please log in.")

/** The tokens of a login, and the Idempotency-Key of a refresh whose answer has not arrived. */
data class Login(
    val accessToken: String,
    val refreshToken: String,
    val freshUntil: Long,
    val key: String? = null,
)

interface LoginStore {
    fun load(): Login?

    /** Returns when the login is on the disk; null removes it. */
    fun save(login: Login?)
}

class AuthClient(
    private val baseUrl: HttpUrl,
    private val store: LoginStore,
    plain: OkHttpClient = OkHttpClient(),
) {
    private val lock = ReentrantLock()

    /** Follows no redirect, which would send a password or a refresh token to another address. */
    private val direct = plain.newBuilder().followRedirects(false).build()

    /** Puts a token on requests to the service, and renews one that was refused. */
    val http: OkHttpClient = plain.newBuilder()
        .addInterceptor { chain -> chain.proceed(authorized(chain)) }
        .authenticator { _, response -> renewed(response) }
        .build()

    fun register(username: String, password: String) {
        val body = JSONObject().put("username", username).put("password", password)
        post("register", body, UUID.randomUUID().toString())
    }

    /** [code] is the second factor, if it is known already; where it is needed and missing, [SecondStepRequiredException] is thrown. */
    fun logIn(username: String, password: String, code: String? = null) {
        val body = JSONObject().put("username", username).put("password", password).put("code", code)
        val answer = post("authenticate", body, UUID.randomUUID().toString())
        lock.withLock { store.save(login(answer)) }
    }

    /** Finishes a login by a code. After `invalid_code` try another code; after `invalid_token` start again with [logIn]. */
    fun secondStep(step: SecondStepRequiredException, code: String) {
        val body = JSONObject().put("mfa_token", step.mfaToken).put("code", code)
        val answer = post("authenticate/second", body, UUID.randomUUID().toString())
        lock.withLock { store.save(login(answer)) }
    }

    /** Asks the service to mail a link for a new password. The answer does not tell whether the user exists. */
    fun forgotPassword(username: String) {
        post("password/forgot", JSONObject().put("username", username))
    }

    /** [token] is the part after `#` of the mailed link. Does not log in. */
    fun resetPassword(token: String, newPassword: String) {
        post("password/reset", JSONObject().put("token", token).put("new_password", newPassword))
    }

    /** Forgets the login, then ends the session at the service. If that fails, the session stays until it expires. */
    fun logOut() {
        val login = lock.withLock { store.load().also { store.save(null) } } ?: return
        post("logout", JSONObject().put("refresh_token", login.refreshToken))
    }

    private fun authorized(chain: Interceptor.Chain): Request {
        val request = chain.request()
        if (!isOurs(request.url)) return request
        return request.newBuilder().header("Authorization", "Bearer ${accessToken()}").build()
    }

    /** Returns null, so that the caller gets the 401, after a second refusal and where the token is not the reason. */
    private fun renewed(response: Response): Request? {
        val sent = response.request.header("Authorization")?.removePrefix("Bearer ")
        if (sent == null || response.priorResponse != null || !isOurs(response.request.url)) return null
        if (codeIn(response.peekBody(PEEKED_BYTES).string()) !in STALE) return null
        val token = accessToken(stale = sent)
        return response.request.newBuilder().header("Authorization", "Bearer $token").build()
    }

    /** A token goes to its own service only. */
    private fun isOurs(url: HttpUrl) =
        url.scheme == baseUrl.scheme && url.host == baseUrl.host && url.port == baseUrl.port

    /**
     * One refresh at a time. The key is stored before the request goes out: whatever happens then,
     * the next refresh is the same request with the same key, and gets the same answer.
     */
    private fun accessToken(stale: String? = null): String = lock.withLock {
        val login = store.load() ?: throw LoggedOutException()
        if (login.accessToken != stale && System.currentTimeMillis() < login.freshUntil) return login.accessToken
        val key = login.key ?: UUID.randomUUID().toString()
        store.save(login.copy(key = key))
        try {
            val fresh = login(post("refresh", JSONObject().put("refresh_token", login.refreshToken), key))
            store.save(fresh)
            fresh.accessToken
        } catch (error: ServiceException) {
            if (error.code !in ENDED) throw error
            store.save(null)
            throw LoggedOutException()
        }
    }

    /** Counts the token's life from its receipt by this device's own clock. */
    private fun login(answer: JSONObject): Login {
        val life = answer.getLong("expires_in") * 1000
        val until = System.currentTimeMillis() + life - minOf(10_000L, life / 10)
        return Login(answer.getString("access_token"), answer.getString("refresh_token"), until)
    }

    /** With a key, a request whose answer was lost is sent again. */
    private fun post(path: String, body: JSONObject, key: String? = null): JSONObject {
        val request = Request.Builder()
            .url(baseUrl.newBuilder().addPathSegments(path).build())
            .post(body.toString().toRequestBody("application/json".toMediaType()))
            .apply { if (key != null) header("Idempotency-Key", key) }
            .build()
        val waits = if (key == null) emptyList() else listOf(500L, 1000L, 2000L)
        for (wait in waits) {
            try {
                return answer(request)
            } catch (error: ServiceException) {
                throw error
            } catch (lost: IOException) {
                Thread.sleep(wait)
            }
        }
        return answer(request)
    }

    private fun codeIn(body: String) = try {
        JSONObject(body).optString("code")
    } catch (error: JSONException) {
        ""
    }

    private fun answer(request: Request): JSONObject = direct.newCall(request).execute().use { response ->
        val body = try {
            JSONObject(response.body?.string().orEmpty())
        } catch (error: JSONException) {
            throw ServiceException(response.code, "not_the_api", "Something other than the API answered.", null)
        }
        if (response.isSuccessful) return body
        if (body.optString("code") == "second_factor_required" && body.has("mfa_token")) throw secondStepIn(body)
        val retryAfter = response.header("Retry-After")?.toIntOrNull()
        throw ServiceException(response.code, body.optString("code"), body.optString("message"), retryAfter)
    }

    private fun secondStepIn(body: JSONObject): SecondStepRequiredException {
        val factors = body.getJSONArray("factors")
        return SecondStepRequiredException(
            body.getString("mfa_token"),
            List(factors.length()) { factors.getString(it) },
            body.getInt("expires_in"),
            body.getString("message"),
        )
    }

    private companion object {
        val STALE = setOf("token_expired", "invalid_token")
        val ENDED = setOf("invalid_refresh_token", "refresh_token_expired")
        const val PEEKED_BYTES = 65_536L
    }
}

/** Stores the login encrypted with a key that cannot leave the device. Exclude the file `authapi` from backups. */
class KeystoreStore(context: Context) : LoginStore {
    private val preferences = context.getSharedPreferences("authapi", Context.MODE_PRIVATE)

    override fun load(): Login? {
        val encrypted = preferences.getString("login", null) ?: return null
        val json = try {
            JSONObject(decrypt(Base64.decode(encrypted, Base64.NO_WRAP)))
        } catch (error: GeneralSecurityException) {
            return null // encrypted on another device, or with a key that was deleted
        }
        return Login(
            json.getString("access"),
            json.getString("refresh"),
            json.getLong("until"),
            if (json.has("key")) json.getString("key") else null,
        )
    }

    override fun save(login: Login?) {
        val editor = preferences.edit()
        if (login == null) {
            editor.remove("login").commit()
            return
        }
        val json = JSONObject()
            .put("access", login.accessToken)
            .put("refresh", login.refreshToken)
            .put("until", login.freshUntil)
            .put("key", login.key) // JSONObject drops a null
        val written = editor.putString("login", Base64.encodeToString(encrypt(json.toString()), Base64.NO_WRAP)).commit()
        if (!written) throw IOException("The login could not be stored.")
    }

    private fun encrypt(text: String): ByteArray {
        val cipher = Cipher.getInstance(TRANSFORMATION).apply { init(Cipher.ENCRYPT_MODE, key()) }
        return cipher.iv + cipher.doFinal(text.toByteArray())
    }

    private fun decrypt(encrypted: ByteArray): String {
        val parameters = GCMParameterSpec(TAG_BITS, encrypted, 0, IV_BYTES)
        val cipher = Cipher.getInstance(TRANSFORMATION).apply { init(Cipher.DECRYPT_MODE, key(), parameters) }
        return String(cipher.doFinal(encrypted, IV_BYTES, encrypted.size - IV_BYTES))
    }

    private fun key(): SecretKey {
        val keys = KeyStore.getInstance("AndroidKeyStore").apply { load(null) }
        (keys.getKey(ALIAS, null) as SecretKey?)?.let { return it }
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val parameters = KeyGenParameterSpec.Builder(ALIAS, purposes)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, "AndroidKeyStore")
            .apply { init(parameters) }
            .generateKey()
    }

    private companion object {
        const val ALIAS = "authapi"
        const val TRANSFORMATION = "AES/GCM/NoPadding"
        const val TAG_BITS = 128
        const val IV_BYTES = 12
    }
}
