-- wrk script: sends the lines of the file BENCH_REQUESTS in turn (path, access token, body; separated by tabs) and
-- ends with one line of JSON; times in microseconds.
local prepared, turn = {}, 0

function init()
    for line in io.lines(os.getenv("BENCH_REQUESTS")) do
        local path, token, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
        local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
        headers["Host"] = wrk.host .. ":" .. wrk.port
        if token ~= "" then
            headers["Authorization"] = "Bearer " .. token
        end
        prepared[#prepared + 1] = wrk.format("POST", path, headers, body)
    end
end

function request()
    turn = turn % #prepared + 1
    return prepared[turn]
end

function done(summary, latency)
    local failed = summary.errors
    io.write(string.format(
        'RESULT {"answers":%d,"seconds":%.6f,"p50":%.0f,"p99":%.0f,"errors":%d}\n',
        summary.requests - failed.status, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        failed.connect + failed.read + failed.write + failed.timeout + failed.status))
end
