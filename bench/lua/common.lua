-- What both scripts share: where a request comes from, and how a run ends.

-- An address of one of 65,536 clients: the service's limits see many callers, as in production.
function some_address()
  return string.format("10.0.%d.%d", math.random(0, 255), math.random(0, 255))
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function done(summary, latency, requests)
  local unexpected, ran_out, first = 0, 0, ""
  for _, thread in ipairs(threads) do
    unexpected = unexpected + (thread:get("unexpected") or 0)
    ran_out = ran_out + (thread:get("ran_out") or 0)
    if first == "" then first = thread:get("first_unexpected") or "" end
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f,'
      .. ' "errors": {"connect": %d, "read": %d, "write": %d, "timeout": %d, "status": %d,'
      .. ' "unexpected": %d, "ran_out": %d}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    errors.connect, errors.read, errors.write, errors.timeout, errors.status, unexpected, ran_out))
  if first ~= "" then io.write("FIRST " .. first:gsub("[\r\n]", " "):sub(1, 300) .. "\n") end
end

-- Counts every answer that has another status than the expected one.
function expecting(status_expected, next_step)
  unexpected, first_unexpected = 0, ""
  return function(status, headers, body)
    if status ~= status_expected then
      unexpected = unexpected + 1
      if first_unexpected == "" then first_unexpected = status .. " " .. body end
    elseif next_step then
      next_step(body)
    end
  end
end
