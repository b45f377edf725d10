import { endQuietlyOnClosedPipe } from "./cli/support/output.js";
import { runProgram } from "./cli/support/program.js";

endQuietlyOnClosedPipe();
await runProgram(process.argv.slice(2));
