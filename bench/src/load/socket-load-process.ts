import { runSocketLoad, type SocketLoad } from "./socket-load.js";

/**
 * The load over WebSockets, in a process of its own so that it and its parent do not share an event
 * loop: gets one SocketLoad as a message, tells its progress and its result, and ends.
 */
process.once("message", (load: SocketLoad) => {
	runSocketLoad(load, (result) => process.send?.({ kind: "progress", result })).then(
		(result) => process.send?.({ kind: "result", result }, () => process.exit(0)),
		(error: unknown) => {
			console.error(error);
			process.exit(1);
		},
	);
});
