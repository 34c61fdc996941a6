export function houseArguments(main?: string): string[];
