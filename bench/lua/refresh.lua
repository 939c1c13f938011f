-- Trades refresh tokens: each answer's token is used once, by a later request.
-- Arguments: a file with a token a line, the path, the seconds of warm-up that do not count.

dofile(debug.getinfo(1, "S").source:match("^@(.*)/") .. "/common.lua")
local tokens, first, last, path = {}, 1, 0, "/refresh"
ran_out = 0

local function put(token)
  last = last + 1
  tokens[last] = token
end

function init(args)
  math.randomseed(os.time())
  path = args[2]
  for line in io.lines(args[1]) do put(line) end
  response = expecting(200, tonumber(args[3]), function(body)
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
  local headers = { ["Content-Type"] = "application/json", ["X-Forwarded-For"] = some_address() }
  return wrk.format("POST", path, headers, '{"refresh_token":"' .. token .. '"}')
end
