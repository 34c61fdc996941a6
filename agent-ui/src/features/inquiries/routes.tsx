import { Route, Routes } from "react-router";
import { InquiryList } from "./InquiryList.tsx";

/** The register of inquiries, mounted at /inquiries/*. */
export function InquiryRoutes() {
  return (
    <Routes>
      <Route path="*" element={<InquiryList />} />
    </Routes>
  );
}
