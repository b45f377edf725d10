import { DRIVERS } from "../../support/drivers.js";
import { highScoresContract } from "./high-scores-contract.js";

for (const kit of DRIVERS) highScoresContract(kit);
