// Goal: the repository keeps what ports.ts promises, on every engine. Method: one suite for each
// entry of a list.
import { DRIVERS } from "../support/drivers.js";
import { repositoryContract } from "../support/repository-contract.js";

for (const kit of DRIVERS) repositoryContract(kit);
