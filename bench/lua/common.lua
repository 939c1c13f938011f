-- What both scripts share: where a request comes from, and how a run ends.

-- An address of one of 65,536 clients, for requests of which it does not matter whose they are: the
-- service's limits see many callers, as in production.
function some_address()
  return string.format("10.128.%d.%d", math.random(0, 255), math.random(0, 255))
end

-- Wall time in seconds; Lua's own clocks know whole seconds or processor time only.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int, moment *);")
local moment = ffi.new("moment")

local function now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function done(summary, latency, requests)
  local thread = threads[1] -- wrk is run with one
  local counted = thread:get("counted")
  local answered, seconds = summary.requests, summary.duration / 1e6
  if counted then
    answered, seconds = counted, seconds - thread:get("not_counted")
  end
  local errors, first = summary.errors, thread:get("first_unexpected") or ""
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f,'
      .. ' "errors": {"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d,'
      .. ' "unexpected": %d, "ran_out": %d}}\n',
    answered, seconds, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    errors.connect, errors.read, errors.write, errors.timeout, errors.status,
    thread:get("unexpected") or 0, thread:get("ran_out") or 0))
  if first ~= "" then io.write("FIRST " .. first:gsub("[\r\n]", " "):sub(1, 300) .. "\n") end
end

-- Looks at every answer: counts those of another status than the expected one, and, from the end of
-- the warm-up on, all of them. Slow answers are then counted in a steady state: with connections that
-- all begin at once, the first ones would come late, and those under way at the end be lost.
function expecting(status_expected, warm_up, next_step)
  unexpected, first_unexpected = 0, ""
  counted, not_counted = 0, warm_up
  local warm = now() + warm_up
  return function(status, headers, body)
    if now() >= warm then counted = counted + 1 end
    if status ~= status_expected then
      unexpected = unexpected + 1
      if first_unexpected == "" then first_unexpected = status .. " " .. body end
    elseif next_step then
      next_step(body)
    end
  end
end
