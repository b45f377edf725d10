import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Command } from "commander";
import { SavepointError } from "../errors.js";
import { ADMIN_PASSWORD_LENGTH_MIN } from "../limits.js";
import { formatHash, hashPassword } from "../password.js";
import { reporting } from "./support/failure.js";
import { print, printJson } from "./support/output.js";

const HELP = `
Reads one line from standard input, without showing it on a terminal, and prints a line for
SAVEPOINT_ADMIN_PASSWORD_HASH. The password itself is kept nowhere.

Examples:
  savepoint hash-password
  printf '%s' "$PASSWORD" | savepoint hash-password --json

Exit codes: 0 printed · 2 the password is too short`;

/** Adds the verb `hash-password`. */
export function addHashPasswordCommand(program: Command): void {
	program
		.command("hash-password")
		.description("make of a password what SAVEPOINT_ADMIN_PASSWORD_HASH takes")
		.option("--json", "print one JSON object")
		.addHelpText("after", HELP)
		.action(reporting(hashOne));
}

async function hashOne({ json }: { readonly json?: true }): Promise<void> {
	const password = await readPassword();
	if ([...password].length < ADMIN_PASSWORD_LENGTH_MIN)
		throw new SavepointError(
			"USAGE",
			`A password takes at least ${ADMIN_PASSWORD_LENGTH_MIN} characters.`,
		);
	const hash = formatHash(await hashPassword(password));
	if (json) printJson({ hash });
	else print(hash);
}

/** One line; on a terminal what is typed is not shown. */
async function readPassword(): Promise<string> {
	const isTerminal = process.stdin.isTTY === true;
	if (isTerminal) process.stderr.write("Password: ");
	const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: process.stdin, output: nowhere, terminal: isTerminal });
	try {
		for await (const line of lines) return line;
		return "";
	} finally {
		lines.close();
		if (isTerminal) process.stderr.write("\n");
	}
}
