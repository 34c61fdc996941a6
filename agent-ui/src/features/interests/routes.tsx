import { Route, Routes } from "react-router";
import { InterestCard } from "./InterestCard.tsx";
import { InterestList } from "./InterestList.tsx";

/** Pages of Interests, mounted at /interests/*. */
export function InterestRoutes() {
  return (
    <Routes>
      <Route index element={<InterestList />} />
      <Route path=":id" element={<InterestCard />} />
    </Routes>
  );
}
