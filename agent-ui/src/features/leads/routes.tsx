import { Route, Routes } from "react-router";
import { LeadCard } from "./LeadCard.tsx";
import { LeadList } from "./LeadList.tsx";

/** Pages of leads, mounted at /leads/*. */
export function LeadRoutes() {
  return (
    <Routes>
      <Route index element={<LeadList />} />
      <Route path=":id" element={<LeadCard />} />
    </Routes>
  );
}
