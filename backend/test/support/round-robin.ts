import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** One address for several servers, as a load balancer gives it; it looks at connections only. */
export interface RoundRobin {
	readonly url: string;
	close(): void;
}

/** Each connection goes to the next server; to the one after it where that one is not there. */
export async function startRoundRobin(urls: readonly string[]): Promise<RoundRobin> {
	const open = new Set<Socket>();
	let turn = 0;
	const next = (): number => {
		turn += 1;
		return Number(new URL(urls[turn % urls.length] ?? "").port);
	};
	const server = createServer((near) => {
		open.add(near.on("close", () => open.delete(near)));
		near.on("error", () => near.destroy());
		const tryOne = (triesLeft: number): void => {
			const far = connect(next(), "127.0.0.1");
			far.once("connect", () => near.pipe(far).pipe(near));
			far.once("error", () => {
				if (far.bytesRead === 0 && near.bytesRead === 0 && triesLeft > 1) tryOne(triesLeft - 1);
				else near.destroy();
			});
			near.once("close", () => far.destroy());
			far.once("close", (hadError) => {
				if (!hadError) near.destroy();
			});
		};
		tryOne(urls.length);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close() {
			server.close();
			for (const socket of open) socket.destroy();
		},
	};
}
