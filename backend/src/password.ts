import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/**
 * The console's password. scrypt with N = 2^15, r = 8, p = 3, one of the settings that the OWASP
 * Password Storage Cheat Sheet names: a third of a second and 32 MiB a guess.
 */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const HASH_FORM = /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([\w-]{16,}):([\w-]{16,})$/;
/** What a hash may ask of this machine. */
const COST_MAX = 2 ** 24;

export interface PasswordHash {
	readonly cost: { readonly N: number; readonly r: number; readonly p: number };
	readonly salt: Buffer;
	readonly key: Buffer;
}

/** `scrypt:N:r:p:salt:key`, without characters that a shell or a compose file would change. */
export const formatHash = ({ cost, salt, key }: PasswordHash): string =>
	`scrypt:${cost.N}:${cost.r}:${cost.p}:${salt.toString("base64url")}:${key.toString("base64url")}`;

/** null when it is no such text, or asks for more than 16 million steps. */
export function parseHash(text: string): PasswordHash | null {
	const [, n, r, p, salt, key] = HASH_FORM.exec(text.trim()) ?? [];
	if (salt === undefined || key === undefined) return null;
	const cost = { N: Number(n), r: Number(r), p: Number(p) };
	const isPowerOfTwo = cost.N > 1 && (cost.N & (cost.N - 1)) === 0;
	if (!isPowerOfTwo || cost.r < 1 || cost.p < 1 || cost.N * cost.r * cost.p > COST_MAX) return null;
	return { cost, salt: Buffer.from(salt, "base64url"), key: Buffer.from(key, "base64url") };
}

export async function hashPassword(password: string): Promise<PasswordHash> {
	const salt = randomBytes(SALT_BYTES);
	return { cost: COST, salt, key: await derive(password, salt, COST, KEY_BYTES) };
}

/** Off the event loop, and in a time that does not tell how much of it was right. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
	const key = await derive(password, hash.salt, hash.cost, hash.key.length);
	return timingSafeEqual(key, hash.key);
}

/** Composed letters, so that a keyboard's way of writing é does not matter. */
const derive = (
	password: string,
	salt: Buffer,
	cost: PasswordHash["cost"],
	keyBytes: number,
): Promise<Buffer> => {
	const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r };
	return new Promise((resolve, reject) =>
		scrypt(password.normalize("NFC"), salt, keyBytes, options, (error, key) =>
			error === null ? resolve(key) : reject(error),
		),
	);
};
