/** Standard output for people, or one JSON object for programs. */

/** A reader that leaves early (`| head`) is no failure: what it wanted, it has. */
export function endQuietlyOnClosedPipe(): void {
	for (const stream of [process.stdout, process.stderr])
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
			throw error;
		});
}

export function print(...lines: readonly string[]): void {
	process.stdout.write(`${lines.join("\n")}\n`);
}

export function printJson(value: object): void {
	process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printError(line: string): void {
	process.stderr.write(`${line}\n`);
}
