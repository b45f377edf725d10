import {
	ArtifactStatusBody,
	DepositAnswer,
	DepositBody,
	depositBody,
	EndAnswer,
	EndBody,
	type ErrorCode,
	endBody,
	SpawnAnswer,
	SpawnBody,
	StatusAnswer,
	spawnPoint,
	statusBody,
} from "@savepoint/core";
import type { FastifyInstance } from "fastify";
import type { Static, TSchema } from "typebox";
import type { SingleAnswer, SingleBody } from "../game/answers.js";
import type { ApiContext } from "./context.js";
import { type SessionRoute, writeErrors } from "./documented.js";
import { readKey } from "./idempotency.js";
import { ReplySink } from "./reply-sink.js";

/** The kept single calls: each is one move. They are the hot path, so a call makes no promise. */
export function registerSessionCalls(app: FastifyInstance, context: ApiContext): void {
	registerCall<Static<typeof SpawnBody>>(app, context, {
		name: "spawn",
		status: 201,
		summary: "An artifact appears",
		body: SpawnBody,
		answer: SpawnAnswer,
		codes: ["TOO_MANY_ARTIFACTS"],
		toMove: (body) => ({ type: "spawn", artifactId: null, ...spawnPoint(body) }),
	});
	registerCall<Static<typeof ArtifactStatusBody>>(app, context, {
		name: "artifact-status",
		status: 200,
		summary: "An artifact is picked up, put down, falls or lands",
		body: ArtifactStatusBody,
		answer: StatusAnswer,
		codes: ["ARTIFACT_NOT_AVAILABLE", "ARTIFACT_DEPOSITED"],
		toMove: statusBody,
	});
	registerCall<Static<typeof DepositBody>>(app, context, {
		name: "deposit",
		status: 200,
		summary: "An artifact goes into the trash can, for good",
		body: DepositBody,
		answer: DepositAnswer,
		codes: ["ARTIFACT_NOT_AVAILABLE"],
		toMove: depositBody,
	});
	registerCall<Static<typeof EndBody> | undefined>(app, context, {
		name: "end",
		status: 200,
		summary: "The session ends; without a result it counts as abandoned",
		body: EndBody,
		answer: EndAnswer,
		codes: [],
		toMove: (body) => endBody(body ?? null),
	});
}

interface Call<Body> {
	readonly name: string;
	/** Kept: 201 where something new is there afterwards. */
	readonly status: 200 | 201;
	readonly summary: string;
	readonly body: TSchema;
	readonly answer: TSchema;
	/** What it may answer beside what every write may. */
	readonly codes: readonly ErrorCode[];
	toMove(body: Body): SingleBody;
}

function registerCall<Body>(
	app: FastifyInstance,
	{ authority, onWrite }: ApiContext,
	{ name, status, summary, body, answer, codes, toMove }: Call<Body>,
): void {
	app.post<SessionRoute>(`/api/sessions/:id/${name}`, {
		onRequest: onWrite,
		schema: {
			tags: ["play"],
			summary,
			body,
			response: {
				[status]: answer,
				...writeErrors(
					"SESSION_NOT_FOUND",
					"SESSION_ENDED",
					"SESSION_HARMED",
					"TOO_MANY_MOVES",
					...codes,
				),
			},
		},
		handler(request, reply) {
			// The schema has checked it.
			const call = { body: toMove(request.body as Body), key: readKey(request) };
			authority.single(request.params.id, call, new ReplySink<SingleAnswer>(reply, status));
		},
	});
}
