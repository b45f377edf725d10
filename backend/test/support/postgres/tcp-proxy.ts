import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server that a test can cut. */
export class TcpProxy {
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	#isCut = false;
	#cutAt: Buffer | null = null;
	#onCut: () => void = () => undefined;

	private constructor(targetPort: number) {
		this.#server = createServer((client) => {
			if (this.#isCut) {
				client.destroy();
				return;
			}
			const target = connect(targetPort, "127.0.0.1");
			for (const socket of [client, target]) {
				this.#sockets.add(socket);
				socket.on("error", () => undefined);
				socket.on("close", () => {
					this.#sockets.delete(socket);
					client.destroy();
					target.destroy();
				});
			}
			client.pipe(target);
			target.on("data", (chunk) => {
				if (this.#cutAt !== null && chunk.includes(this.#cutAt)) {
					this.#cutAt = null;
					client.destroy();
					this.#onCut();
				} else client.write(chunk);
			});
		});
	}

	static async to(targetPort: number): Promise<TcpProxy> {
		const proxy = new TcpProxy(targetPort);
		await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
		return proxy;
	}

	get port(): number {
		const address = this.#server.address();
		return typeof address === "object" && address !== null ? address.port : 0;
	}

	/** The next answer with these bytes does not arrive: the connection is cut instead. */
	cutNext(answer: string): Promise<void> {
		this.#cutAt = Buffer.from(answer);
		return new Promise((resolve) => {
			this.#onCut = resolve;
		});
	}

	/** Nobody is let through, and who is there is thrown out. */
	cut(): void {
		this.#isCut = true;
		for (const socket of this.#sockets) socket.destroy();
	}

	mend(): void {
		this.#isCut = false;
	}

	close(): void {
		this.cut();
		this.#server.close();
	}
}
