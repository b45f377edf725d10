// Goal: every engine keeps what driver.ts promises. Method: one suite, run on each entry of a list.
import { driverContract } from "../support/driver-contract.js";
import { DRIVERS } from "../support/drivers.js";

for (const kit of DRIVERS) driverContract(kit);
