export { SavepointClient } from "./client.js";
export { ClientError } from "./errors.js";
export type { RolledBack } from "./roll-back.js";
export { type ClientStorage, memoryStorage, type WebStorageLike, webStorage } from "./storage.js";
export type {
	ClientEvents,
	ClientOptions,
	Clock,
	FetchFunction,
	PlayableMove,
	SaveState,
	SocketConstructor,
	SocketLike,
	StartOptions,
} from "./types.js";
