/**
 * Where the client keeps what must survive a reload: one small text under one key. Methods may
 * answer at once or with a promise; a `set` counts as done when it returned or its promise
 * resolved, and must then be what a later `get` finds, whole: never half of the old text and half
 * of the new.
 */
export interface ClientStorage {
	get(key: string): string | null | Promise<string | null>;
	set(key: string, value: string): void | Promise<void>;
	remove(key: string): void | Promise<void>;
}

/** Survives nothing but the client itself: for bots and tests, and where nothing else is there. */
export function memoryStorage(): ClientStorage {
	const values = new Map<string, string>();
	return {
		get: (key) => values.get(key) ?? null,
		set: (key, value) => {
			values.set(key, value);
		},
		remove: (key) => {
			values.delete(key);
		},
	};
}

/** The three methods of the browser's `Storage` that are used. */
export interface WebStorageLike {
	getItem(key: string): string | null;
	setItem(key: string, value: string): void;
	removeItem(key: string): void;
}

/**
 * Over `localStorage` (survives a reload, a closed tab and a crash of the browser) or
 * `sessionStorage` (survives a reload). What the web storage throws, such as a full quota, passes
 * through.
 */
export function webStorage(storage: WebStorageLike): ClientStorage {
	return {
		get: (key) => storage.getItem(key),
		set: (key, value) => storage.setItem(key, value),
		remove: (key) => storage.removeItem(key),
	};
}
