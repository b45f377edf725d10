// Loaded into a server under test by --import: on SIGUSR2 it says on standard output what memory
// is left after a collection, and how long its event loop was held since it was last asked. With
// ABUSE_FAULT it breaks the server on purpose, so that a test can be seen to notice.
import { Server } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

const STALL_MS = 3_000;
const kept = [];

const FAULTS = {
	none: () => false,
	/** A route that nobody prepared for one certain input. */
	"answers-500"(request, response) {
		if (!request.url.includes("%00")) return false;
		const body = JSON.stringify({ error: "The server made a mistake.", code: "INTERNAL" });
		response.writeHead(500, { "content-length": body.length }).end(body);
		return true;
	},
	"answers-without-code"(request, response) {
		if (!request.url.includes("%00")) return false;
		response.writeHead(404, { "content-length": 4 }).end("gone");
		return true;
	},
	leaks() {
		kept.push("x".repeat(8_192).split(""));
		return false;
	},
	dies(request) {
		if (request.url.includes("%00")) process.exit(1);
		return false;
	},
	stalls(request) {
		if (!request.url.includes("%00") || kept.length > 0) return false;
		kept.push(null);
		for (const until = Date.now() + STALL_MS; Date.now() < until; );
		return false;
	},
};

function watch() {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc");
	const delay = monitorEventLoopDelay({ resolution: 10 });
	delay.enable();
	process.on("SIGUSR2", () => {
		const loopHeldMs = delay.max / 1e6;
		collect();
		collect();
		const { heapUsed, external, rss } = process.memoryUsage();
		delay.reset();
		const reading = { heldBytes: heapUsed + external, rssBytes: rss, loopHeldMs };
		process.stdout.write(`probe ${JSON.stringify(reading)}\n`);
	});
}

if (isMainThread) {
	watch();
	const fault = FAULTS[process.env.ABUSE_FAULT ?? "none"];
	const emit = Server.prototype.emit;
	Server.prototype.emit = function (name, ...args) {
		return (name === "request" && fault(...args)) || emit.call(this, name, ...args);
	};
}
