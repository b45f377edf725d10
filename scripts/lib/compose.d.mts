/** See compose.mjs: the container tests are TypeScript and use it too. */
export function composeCommand(): string[] | null;
