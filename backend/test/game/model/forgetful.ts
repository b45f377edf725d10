import type { KeyedEntry, SessionRepository, StoredSession } from "#src/storage/ports.js";

/** For the control: a memory of moves that never finds one. */
class NoMemory extends Map<string, KeyedEntry> {
	override get(): undefined {
		return undefined;
	}

	override has(): boolean {
		return false;
	}
}

/** The repository with the look for known ids taken out of every session that it loads. */
export const forgetful = (inner: SessionRepository): SessionRepository =>
	new Proxy(inner, {
		get(target, name) {
			if (name === "load")
				return async (id: string): Promise<StoredSession | null> => {
					const stored = await target.load(id);
					return stored === null ? null : { ...stored, keyed: new NoMemory() };
				};
			const value: unknown = Reflect.get(target, name, target);
			return typeof value === "function" ? value.bind(target) : value;
		},
	});
