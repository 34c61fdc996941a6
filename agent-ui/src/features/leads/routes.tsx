/** Pages of this concept, mounted at its path with /*. */
export function LeadRoutes() {
  return null;
}
