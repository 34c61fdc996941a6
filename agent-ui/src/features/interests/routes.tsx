/** Pages of this concept, mounted at its path with /*. */
export function InterestRoutes() {
  return null;
}
