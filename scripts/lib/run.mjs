import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's root, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Runs a Node program or, with `{ program }`, any other, in the root and on this terminal. Resolves
 * to its exit code; a signal that ends it counts as 128 + its number, as in a shell. SIGINT and
 * SIGTERM sent to this process are handed on, so that no child outlives it.
 */
export function run(args, { program = process.execPath, quiet = false, env = process.env } = {}) {
	const child = spawn(program, args, {
		cwd: ROOT,
		env,
		stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
	});
	const output = [];
	child.stdout?.on("data", (chunk) => output.push(chunk));
	child.stderr?.on("data", (chunk) => output.push(chunk));

	const forward = (signal) => child.kill(signal);
	process.on("SIGINT", forward);
	process.on("SIGTERM", forward);
	return new Promise((resolve, reject) => {
		const settle = () => {
			process.off("SIGINT", forward);
			process.off("SIGTERM", forward);
		};
		child.on("error", (error) => {
			settle();
			reject(error);
		});
		child.on("close", (code, signal) => {
			settle();
			const interrupted = signal === "SIGINT" ? 130 : 143;
			resolve({ code: code ?? interrupted, output: Buffer.concat(output).toString() });
		});
	});
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * A step that says what it does and how long it took, and keeps the program's own words for when it
 * fails. On a terminal the seconds count up. Ends this process if the step fails.
 */
export async function step(label, args, options = {}) {
	const started = performance.now();
	const terminal = process.stdout.isTTY === true;
	const show = () => process.stdout.write(`\r${label}… ${seconds(performance.now() - started)} `);
	if (!terminal) process.stdout.write(`${label}… `);
	const ticking = terminal ? setInterval(show, 100) : null;

	const result = await run(args, { ...options, quiet: true });

	if (ticking !== null) clearInterval(ticking);
	const took = seconds(performance.now() - started);
	const failed = result.code !== 0 ? `failed after ${took}` : took;
	process.stdout.write(terminal ? `\r\u001b[K${label}… ${failed}\n` : `${failed}\n`);
	if (result.code === 0) return;
	process.stderr.write(result.output);
	process.exit(result.code);
}
