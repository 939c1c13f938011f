-- Trades refresh tokens: each answer's token is used once, by a later request.
-- Arguments: a file with a token a line, the path, where a token stands ("body" or "header"), the
-- seconds of warm-up that do not count. Each comes from somewhere else, since a client refreshes once
-- in a quarter of an hour: from one address it would soon be too often.

dofile(debug.getinfo(1, "S").source:match("^@(.*)/") .. "/common.lua")
local tokens, first, last, path, in_body = {}, 1, 0, "/refresh", true
ran_out = 0

local function put(token)
  last = last + 1
  tokens[last] = token
end

function init(args)
  math.randomseed(os.time())
  path, in_body = args[2], args[3] == "body"
  for line in io.lines(args[1]) do put(line) end
  response = expecting(200, tonumber(args[4]), function(body)
    put(body:match('"refresh_token": ?"([^"]+)"'))
  end)
end

function request()
  local token = tokens[first] or "ran-out"
  if token == "ran-out" then
    ran_out = ran_out + 1
  else
    tokens[first] = nil
    first = first + 1
  end
  local headers = { ["X-Forwarded-For"] = some_address() }
  if not in_body then
    headers["Authorization"] = "Bearer " .. token
    return wrk.format("POST", path, headers)
  end
  headers["Content-Type"] = "application/json"
  return wrk.format("POST", path, headers, '{"refresh_token":"' .. token .. '"}')
end
