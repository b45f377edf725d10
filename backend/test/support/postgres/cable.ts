import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a port of this machine that can be cut, as a network can be. */
export interface Cable {
	readonly port: number;
	/** Both ends hear nothing more; what was on its way is lost, and no new connection is made. */
	cut(): void;
}

export async function layCable(toPort: number): Promise<Cable> {
	const ends = new Set<Socket>();
	const keep = (socket: Socket): Socket => {
		ends.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => ends.delete(socket));
		return socket;
	};
	const server = createServer((near) => {
		const far = keep(connect(toPort, "127.0.0.1"));
		keep(near).pipe(far).pipe(near);
		near.on("close", () => far.destroy());
		far.on("close", () => near.destroy());
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		cut() {
			server.close();
			for (const socket of ends) socket.destroy();
		},
	};
}
