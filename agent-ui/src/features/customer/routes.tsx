import { Route, Routes } from "react-router";
import { Assistant } from "./Assistant.tsx";
import { ContactCard } from "./ContactCard.tsx";
import { ContactList } from "./ContactList.tsx";
import { CustomerCard } from "./CustomerCard.tsx";
import { CustomerList } from "./CustomerList.tsx";
import { DuplicatesPage } from "./DuplicatesPage.tsx";
import { MergePage } from "./MergePage.tsx";

/** Pages of customers, mounted at /customers/*. */
export function CustomerRoutes() {
  return (
    <Routes>
      <Route index element={<CustomerList />} />
      <Route path="new" element={<Assistant />} />
      <Route path="contacts" element={<ContactList />} />
      <Route path="contacts/:id" element={<ContactCard />} />
      <Route path="duplicates" element={<DuplicatesPage />} />
      <Route path="merge" element={<MergePage />} />
      <Route path=":id" element={<CustomerCard />} />
    </Routes>
  );
}
