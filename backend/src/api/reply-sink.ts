import type { FastifyReply } from "fastify";
import type { SavepointError } from "../errors.js";
import type { AnswerSink } from "../game/answers.js";

/** The end of the road of one request: what the authority says becomes its HTTP answer. */
export class ReplySink<T> implements AnswerSink<T> {
	private readonly reply: FastifyReply;
	private readonly status: number;

	constructor(reply: FastifyReply, status: number) {
		this.reply = reply;
		this.status = status;
	}

	send(answer: T, replayed: boolean): void {
		if (replayed) this.reply.header("idempotency-replayed", "true");
		this.reply.code(this.status).send(answer);
	}

	fail(error: SavepointError): void {
		this.reply.send(error);
	}
}
