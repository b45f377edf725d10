import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A session with one artifact, whose status the load changes. */
export interface Target {
	readonly sessionId: string;
	readonly artifactId: string;
}

export interface LoadResult {
	readonly requests: number;
	readonly requestsPerSecond: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
}

const execute = promisify(execFile);

export interface HttpLoad {
	readonly connections: number;
	readonly seconds: number;
}

/** Whether wrk is here: without it nothing can be measured over HTTP. */
export const findWrk = (): string | null =>
	spawnSync("wrk", ["-v"]).error === undefined
		? null
		: "wrk is not installed (Debian: apt-get install wrk)";

/** Sessions of ten minutes, each with one artifact, made one after the other. */
export async function createTargets(url: string, count: number): Promise<Target[]> {
	const post = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
		const response = await fetch(url + path, {
			method: "POST",
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		if (!response.ok) throw new Error(`${path} answered ${response.status}`);
		return (await response.json()) as Record<string, unknown>;
	};
	const targets: Target[] = [];
	for (let made = 0; made < count; made += 1) {
		const session = await post("/api/sessions", { requestedDurationSeconds: 600 });
		const sessionId = String(session["sessionId"]);
		const { artifact } = (await post(`/api/sessions/${sessionId}/spawn`, { x: 10, y: 20 })) as {
			artifact: { id: string };
		};
		targets.push({ sessionId, artifactId: artifact.id });
	}
	return targets;
}

const REPORT = `
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %f %f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
`;

/**
 * Each request is built once; the status changes from one to the next, so every write changes its
 * row.
 */
const script = (targets: readonly Target[]): string => `
local targets = {${targets.map((t) => `{"${t.sessionId}","${t.artifactId}"}`).join(",")}}
local statuses = {"ground", "inAir", "flying", "carried"}
local requests, at = {}, 0
init = function()
  for s = 1, #statuses do
    for t = 1, #targets do
      requests[#requests + 1] = wrk.format("POST",
        "/api/sessions/" .. targets[t][1] .. "/artifact-status", nil,
        '{"artifactId":"' .. targets[t][2] .. '","status":"' .. statuses[s] .. '"}')
    end
  end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
${REPORT}`;

const CREATE_SCRIPT = `
wrk.method = "POST"
${REPORT}`;

/**
 * Single `artifact-status` calls by wrk, which costs the machine less than any generator in
 * JavaScript.
 */
export const loadStatusCalls = (
	url: string,
	targets: readonly Target[],
	options: HttpLoad,
): Promise<LoadResult> => runWrk(url, script(targets), options);

/** `POST /api/sessions`, level generation included. */
export const loadCreates = (url: string, options: HttpLoad): Promise<LoadResult> =>
	runWrk(`${url}/api/sessions`, CREATE_SCRIPT, options);

async function runWrk(
	url: string,
	lua: string,
	{ connections, seconds }: HttpLoad,
): Promise<LoadResult> {
	const directory = mkdtempSync(join(tmpdir(), "savepoint-load-"));
	const file = join(directory, "load.lua");
	writeFileSync(file, lua);
	try {
		const { stdout } = await execute("wrk", [
			"-t1",
			`-c${connections}`,
			`-d${seconds}s`,
			"--timeout",
			"30s",
			"-s",
			file,
			url,
		]);
		const [, requests, microseconds, p50, p99, errors] = /RESULT (\S+) (\S+) (\S+) (\S+) (\S+)/
			.exec(stdout)
			?.map(Number) ?? [0, 0, 0, 0, 0, 0];
		if (errors !== 0 || !requests) throw new Error(`wrk saw ${errors} errors:\n${stdout}`);
		return {
			requests,
			requestsPerSecond: (requests / (microseconds ?? 1)) * 1e6,
			p50Ms: (p50 ?? 0) / 1000,
			p99Ms: (p99 ?? 0) / 1000,
		};
	} finally {
		rmSync(directory, { recursive: true });
	}
}
