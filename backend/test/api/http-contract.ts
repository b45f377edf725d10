import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe } from "vitest";
import { ContractCaller } from "./contract-caller.js";
import { callsContract } from "./contract-calls.js";
import { movesContract } from "./contract-moves.js";
import { requestsContract } from "./contract-requests.js";
import { serviceContract } from "./contract-service.js";
import { sessionsContract } from "./contract-sessions.js";

export interface ContractApp {
	readonly app: FastifyInstance;
	close(): Promise<void>;
}

/** The HTTP contract, against whatever authority the app is built on; without write limits. */
export function httpContract(name: string, makeApp: () => Promise<ContractApp>): void {
	describe(`HTTP contract: ${name}`, () => {
		let subject: ContractApp;
		let caller: ContractCaller;
		beforeAll(async () => {
			subject = await makeApp();
			caller = new ContractCaller(subject.app);
		});
		afterAll(() => subject.close());

		for (const contract of [
			sessionsContract,
			callsContract,
			movesContract,
			requestsContract,
			serviceContract,
		])
			contract(() => caller);
	});
}
