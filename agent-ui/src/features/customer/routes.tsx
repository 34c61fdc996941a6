import { Route, Routes } from "react-router";
import { CustomerCard } from "./CustomerCard.tsx";
import { CustomerList } from "./CustomerList.tsx";

/** Pages of customers, mounted at /customers/*. */
export function CustomerRoutes() {
  return (
    <Routes>
      <Route index element={<CustomerList />} />
      <Route path=":id" element={<CustomerCard />} />
    </Routes>
  );
}
