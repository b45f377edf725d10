import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { ERROR_CODES } from "@savepoint/core";
import { SavepointError } from "../errors.js";
import type { TellProgress } from "../operations/proof.js";
import type { Progress } from "../storage/doctor/report.js";
import { CONTROL_VERSION, lineOf, parseLine } from "./protocol.js";
import { findSocketPath } from "./socket-path.js";

/**
 * Asks the server that holds this database to do something, and waits for its answer. Rejects with
 * what the server rejects with, and with SERVER_UNREACHABLE where it cannot be asked or goes away.
 */
export async function askServer(
	database: string,
	request: { readonly verb: string; readonly args: unknown },
	tell: TellProgress,
): Promise<unknown> {
	const path = findSocketPath(database);
	const socket = createConnection(path);
	const gone = new Promise<never>((_, reject) => {
		socket.on("error", (error) =>
			reject(
				new SavepointError(
					"SERVER_UNREACHABLE",
					`${database} is in use, and its process cannot be asked at ${path}: ${error.message}.`,
				),
			),
		);
	});
	gone.catch(() => undefined);
	socket.write(lineOf({ version: CONTROL_VERSION, ...request }));
	try {
		return await Promise.race([gone, readAnswer(socket, tell)]);
	} finally {
		socket.destroy();
	}
}

async function readAnswer(socket: NodeJS.ReadableStream, tell: TellProgress): Promise<unknown> {
	for await (const line of createInterface({ input: socket })) {
		const reply = parseLine(line);
		if (reply?.["kind"] === "progress") tell(reply["progress"] as Progress);
		if (reply?.["kind"] === "done") return reply["result"];
		if (reply?.["kind"] === "failed") throw failureOf(reply["code"], reply["reason"]);
	}
	throw new SavepointError(
		"SERVER_UNREACHABLE",
		"The server went away before it answered; look at what became of it.",
	);
}

const failureOf = (said: unknown, reason: unknown): SavepointError => {
	const code = ERROR_CODES.find((one) => one === said) ?? "INTERNAL";
	return new SavepointError(code, typeof reason === "string" ? reason : undefined);
};
