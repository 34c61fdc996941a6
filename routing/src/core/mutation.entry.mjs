// All tests of the core as one file, for mutation testing: a worker is started once for each mutant instead of once for each
// file. The stories come first, which name what is wrong at once; the random histories, which take longest, last.
import.meta.glob(["./*.test.ts", "!./histories.test.ts", "!./shrink.test.ts"], { eager: true });
await import("./histories.test.ts");
