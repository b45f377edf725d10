import { SavepointError } from "../../errors.js";

/** A page or a sector could not be read: what lies there is harmed, what lies elsewhere is not. */
export const isPageDamage = (error: unknown): error is SavepointError =>
	error instanceof SavepointError &&
	(error.code === "STORAGE_CORRUPT" || error.code === "STORAGE_IO");
