import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** Called by whoever hears that the sign-in is over: the page asks for the password again. */
export const SignedOut = createContext<() => void>(() => undefined);
export const useSignedOut = (): (() => void) => useContext(SignedOut);
