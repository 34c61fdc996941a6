import { join } from "node:path";
import ts from "typescript";

/**
 * Types that a package publishes, asked at run time: what a vendor's emulator answers, and what we ask of it, is held against them as it
 * stands on the wire, value by value. Fields that the type does not name are faults too, whatever index signature it has.
 */
export interface PublishedTypes {
  /** Every fault of the value as this exported type of `source` (or a property within: "Calls getMe result"), with its path; [] when there is none. */
  faults(type: string, value: unknown, options?: CheckOptions): string[];
}

export interface CheckOptions {
  /** The value came as a form: a number or a truth value may stand there as text, a list as text with commas. */
  textual?: boolean;
  /** Fields that are not looked at: known to the vendor, not to the package. */
  beyond?: readonly string[];
  /** The package requires every field, also those that the vendor leaves out: what is missing is no fault. */
  partial?: boolean;
}

const FILE = join(import.meta.dirname, "published-types.virtual.ts");

/** `source`: a module of type exports alone; what it imports is found as from this folder. Takes a second or two. */
export function publishedTypes(source: string): PublishedTypes {
  const options: ts.CompilerOptions = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    lib: ["lib.es2023.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === FILE || fileExists(name);
  host.readFile = (name) => (name === FILE ? source : readFile(name));
  host.getSourceFile = (name, ...rest) => (name === FILE ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest));
  const program = ts.createProgram([FILE], options, host);
  const wrong = program.getSemanticDiagnostics(program.getSourceFile(FILE));
  if (wrong.length > 0) throw new Error(wrong.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n"));
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(FILE) as ts.SourceFile) as ts.Symbol;
  const exported = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, checker.getDeclaredTypeOfSymbol(symbol)]));
  const typeOf = (name: string): ts.Type => {
    const [alias = "", ...path] = name.split(" ");
    let type = exported.get(alias);
    for (const property of path) {
      const symbol = type === undefined ? undefined : checker.getPropertyOfType(type, property);
      type = symbol === undefined ? undefined : checker.getTypeOfSymbol(symbol);
    }
    if (type === undefined) throw new Error(`No such type is published: ${name}`);
    return type;
  };
  const check = new Check(checker);
  return { faults: (name, value, how = {}) => check.faults(typeOf(name), value, "", how) };
}

/** JSON values against types; a union takes what any of its members takes, and tells the faults of the nearest. */
class Check {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  faults(type: ts.Type, value: unknown, path: string, how: CheckOptions): string[] {
    const is = (flags: ts.TypeFlags): boolean => (type.flags & flags) !== 0;
    if (is(ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
    // What is there is not compared with "nothing": that would always be but one fault away.
    if (type.isUnion())
      return nearest(
        type.types.filter((one) => value === undefined || (one.flags & ts.TypeFlags.Undefined) === 0).map((one) => this.faults(one, value, path, how)),
      );
    const fault = [`${path || "the value"} is ${said(value)}, not ${this.#checker.typeToString(type)}`];
    if (is(ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return value === undefined ? [] : fault;
    if (is(ts.TypeFlags.Null)) return value === null ? [] : fault;
    if (type.isStringLiteral() || type.isNumberLiteral()) return value === type.value || (how.textual === true && String(type.value) === value) ? [] : fault;
    if (is(ts.TypeFlags.BooleanLiteral))
      return String(value) === this.#checker.typeToString(type) && (how.textual === true || typeof value === "boolean") ? [] : fault;
    if (is(ts.TypeFlags.StringLike)) return typeof value === "string" ? [] : fault;
    if (is(ts.TypeFlags.NumberLike)) return typeof value === "number" || (how.textual === true && /^-?\d+(\.\d+)?$/.test(String(value))) ? [] : fault;
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      const list: unknown = how.textual === true && typeof value === "string" ? value.split(",") : value;
      if (!Array.isArray(list)) return fault;
      return item === undefined ? [] : list.flatMap((one, at) => this.faults(item, one, `${path}[${at}]`, how));
    }
    if (typeof value !== "object" || value === null) return fault;
    return Array.isArray(value) ? fault : this.#fields(type, value as Record<string, unknown>, path, how);
  }

  #fields(type: ts.Type, value: Record<string, unknown>, path: string, how: CheckOptions): string[] {
    const found: string[] = [];
    const known = new Set<string>();
    for (const property of this.#checker.getPropertiesOfType(type)) {
      known.add(property.name);
      const at = path === "" ? property.name : `${path}.${property.name}`;
      if (value[property.name] !== undefined) found.push(...this.faults(this.#checker.getTypeOfSymbol(property), value[property.name], at, how));
      else if ((property.flags & ts.SymbolFlags.Optional) === 0 && how.partial !== true) found.push(`${at} is missing`);
    }
    for (const name of Object.keys(value)) {
      if (known.has(name) || value[name] === undefined || how.beyond?.includes(name) === true) continue;
      // A map from anything to something has no fields of its own.
      const index = known.size === 0 ? this.#checker.getIndexInfoOfType(type, ts.IndexKind.String) : undefined;
      if (index === undefined) found.push(`${path === "" ? name : `${path}.${name}`} is no field of ${this.#checker.typeToString(type)}`);
      else found.push(...this.faults(index.type, value[name], `${path}.${name}`, how));
    }
    return found;
  }
}

const nearest = (all: string[][]): string[] => all.reduce((best, one) => (one.length < best.length ? one : best));
const said = (value: unknown): string => (value === undefined ? "missing" : JSON.stringify(value).slice(0, 60));
