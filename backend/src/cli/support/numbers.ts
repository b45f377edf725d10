import { InvalidArgumentError } from "commander";

/** Reads an option that takes a whole number in these bounds, both included. */
export function wholeNumber(min: number, max: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (/^\d+$/.test(text) && value >= min && value <= max) return value;
		throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
	};
}
