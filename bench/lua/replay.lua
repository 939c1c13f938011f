-- Sends prepared requests. Arguments: a file, "again" or "once", the expected status
-- ("0": wrk's own count of statuses over 399 has to do, which costs the client less), the seconds of
-- warm-up that do not count.
-- A line of the file: method, path, address, one more header, Content-Type, body, with tabs between;
-- "-": none, or any address.

dofile(debug.getinfo(1, "S").source:match("^@(.*)/") .. "/common.lua")
local prepared, turn, again = {}, 0, true
ran_out = 0

local function given(text)
  if text ~= "-" then return text end
end

function init(args)
  math.randomseed(os.time())
  again = args[2] == "again"
  for line in io.lines(args[1]) do
    local method, path, address, header, content_type, body =
      line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { ["X-Forwarded-For"] = given(address) or some_address() }
    local name, value = header:match("^([^:]+): (.*)$")
    if name then headers[name] = value end
    headers["Content-Type"] = given(content_type)
    table.insert(prepared, wrk.format(method, path, headers, given(body)))
  end
  if tonumber(args[3]) > 0 then response = expecting(tonumber(args[3]), tonumber(args[4])) end
end

function request()
  turn = turn + 1
  if turn > #prepared then
    if not again then ran_out = ran_out + 1 end
    turn = 1
  end
  return prepared[turn]
end
