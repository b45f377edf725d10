import {
	CLOSE_CODES,
	type ClientMessage,
	type ErrorCode,
	type MovesAnswer,
	MovesBody,
	normaliseMove,
	PROTOCOL_VERSION,
	type ServerMessage,
	type Session,
} from "@savepoint/core";
import type { RawData, WebSocket } from "ws";
import { RETRY_AFTER_SECONDS, SavepointError } from "../errors.js";
import type { AnswerSink, Authority, SessionChange } from "../game/answers.js";
import { SOCKET_BUFFERED_BYTES_MAX, SOCKET_MESSAGES_IN_FLIGHT_MAX } from "../limits.js";
import type { MessageLimit } from "./message-limit.js";
import { OrderedAnswers } from "./ordered-answers.js";
import { compileCheck } from "./validation.js";

const RETRY_AFTER_MS = RETRY_AFTER_SECONDS * 1000;
const checkMoves = compileCheck(MovesBody);
/**
 * After these the storage behind the connection is gone: it closes, and the client comes back
 * later.
 */
const STORAGE_LOST: ReadonlySet<ErrorCode> = new Set([
	"OUTCOME_UNKNOWN",
	"STORAGE_IO",
	"STORAGE_CORRUPT",
]);

/**
 * One client that plays or watches a session. It is the `origin` of what it plays, so that it is
 * not told of its own changes.
 */
export class LiveConnection {
	private readonly socket: WebSocket;
	private readonly sessionId: string;
	private readonly authority: Authority;
	private readonly limit: MessageLimit;
	private readonly onFailure: (error: SavepointError) => void;
	private readonly answers = new OrderedAnswers((text) => this.write(text));
	private unwatch: () => void = () => {};
	private greeted = false;
	/** A change that became durable while the greeting was under way. */
	private early: SessionChange | null = null;
	private leaving = false;
	private heardFrom = true;

	constructor(
		socket: WebSocket,
		sessionId: string,
		deps: {
			readonly authority: Authority;
			readonly limit: MessageLimit;
			/** Hears of whatever could not be answered; what is the client's mistake, too. */
			readonly onFailure: (error: SavepointError) => void;
		},
	) {
		this.socket = socket;
		this.sessionId = sessionId;
		this.authority = deps.authority;
		this.limit = deps.limit;
		this.onFailure = deps.onFailure;
	}

	/**
	 * Greets with the stored session, then listens; closes with 4404 when there is no such
	 * session.
	 */
	open(): void {
		const { socket } = this;
		socket.on("message", (data, isBinary) => this.onMessage(data, isBinary));
		socket.on("pong", () => {
			this.heardFrom = true;
		});
		// ws closes by itself after a broken frame; without a listener the error would end the
		// process.
		socket.on("error", () => {});
		socket.on("close", () => this.unwatch());
		// Nothing is read before the greeting has left, as that is the first message.
		socket.pause();
		// Watched before it is read: a change between the two would go unseen the other way round.
		this.unwatch = this.authority.watch(this.sessionId, (change) => this.onChange(change));
		this.authority.view(this.sessionId, {
			send: (session) => this.greet(session),
			fail: (error) => this.refuse(error),
		});
	}

	/** Ends a peer that has not answered the last ping; asks the others. */
	ping(): void {
		// A paused connection cannot be heard; it is paused by us.
		if (!this.heardFrom && !this.socket.isPaused) {
			this.socket.terminate();
			return;
		}
		this.heardFrom = false;
		this.socket.ping();
	}

	/** Says that the server stops, lets what is under way be answered, and closes. */
	leave(): void {
		this.leaving = true;
		this.push({ type: "going-away", retryAfterMs: RETRY_AFTER_MS });
		this.answers.whenEmpty(() => this.socket.close(CLOSE_CODES.goingAway, "SHUTTING_DOWN"));
	}

	terminate(): void {
		this.socket.terminate();
	}

	private greet(session: Session): void {
		const { seq, stateHash, generation } = session;
		this.push({ type: "hello", protocol: PROTOCOL_VERSION, seq, stateHash, generation });
		this.greeted = true;
		const { early } = this;
		if (early !== null && (early.removed || early.seq > seq)) this.onChange(early);
		this.early = null;
		this.socket.resume();
	}

	private refuse(error: SavepointError): void {
		this.socket.resume();
		this.onFailure(error);
		if (error.code === "SESSION_NOT_FOUND") {
			this.socket.close(CLOSE_CODES.sessionNotFound, error.code);
			return;
		}
		this.push(errorMessage(null, error));
		this.socket.close(CLOSE_CODES.storageLost, error.code);
	}

	private onChange(change: SessionChange): void {
		if (!this.greeted) {
			this.early = change;
			return;
		}
		if (change.removed) {
			this.socket.close(CLOSE_CODES.sessionNotFound, "SESSION_NOT_FOUND");
			return;
		}
		if (change.origin === this) return;
		const { seq, stateHash, ended } = change;
		this.push({ type: "changed", seq, stateHash, ended });
	}

	private onMessage(data: RawData, isBinary: boolean): void {
		// Frames that were on their way when we closed.
		if (this.socket.readyState !== this.socket.OPEN) return;
		this.heardFrom = true;
		if (!this.limit.take()) {
			this.socket.close(CLOSE_CODES.rateLimited, "RATE_LIMITED");
			return;
		}
		const message = isBinary ? null : readMessage(data.toString());
		if (message === null) {
			this.socket.close(CLOSE_CODES.badMessage, "BAD_REQUEST");
			return;
		}
		this.play(message);
		if (this.answers.waiting >= SOCKET_MESSAGES_IN_FLIGHT_MAX) this.socket.pause();
	}

	private play(message: ClientMessage): void {
		const { ref } = message;
		const answer = this.answers.open();
		const sink: AnswerSink<MovesAnswer> = {
			send: (moves) => {
				answer.settle(JSON.stringify({ type: "receipts", ref, ...moves }));
				this.readOn();
			},
			fail: (error) => {
				this.onFailure(error);
				answer.settle(JSON.stringify(errorMessage(ref, error)));
				if (STORAGE_LOST.has(error.code))
					this.answers.whenEmpty(() => this.socket.close(CLOSE_CODES.storageLost, error.code));
				this.readOn();
			},
		};
		const wrong = this.leaving ? new SavepointError("SHUTTING_DOWN") : checkMoves(message);
		if (wrong !== null) sink.fail(wrong);
		else this.authority.play(this.sessionId, message.moves.map(normaliseMove), sink, this);
	}

	private readOn(): void {
		if (this.socket.isPaused && this.answers.waiting < SOCKET_MESSAGES_IN_FLIGHT_MAX)
			this.socket.resume();
	}

	private push(message: ServerMessage): void {
		this.write(JSON.stringify(message));
	}

	private write(text: string): void {
		const { socket } = this;
		if (socket.readyState !== socket.OPEN) return;
		// What is not read piles up in our memory; whoever does not read comes back and resumes.
		if (socket.bufferedAmount > SOCKET_BUFFERED_BYTES_MAX)
			socket.close(CLOSE_CODES.tooSlow, "TOO_SLOW");
		else socket.send(text);
	}
}

/** null: not JSON, or not a message. Whether its moves fit is checked afterwards, and answered. */
function readMessage(text: string): ClientMessage | null {
	let message: Partial<ClientMessage> | null;
	try {
		message = JSON.parse(text);
	} catch {
		return null;
	}
	if (typeof message !== "object" || message === null) return null;
	const { type, ref } = message;
	return type === "moves" && Number.isSafeInteger(ref) ? (message as ClientMessage) : null;
}

function errorMessage(ref: number | null, error: SavepointError): ServerMessage {
	const retryAfterMs = error.entry.retryable ? RETRY_AFTER_MS : null;
	return { type: "error", ref, error: error.message, code: error.code, retryAfterMs };
}
