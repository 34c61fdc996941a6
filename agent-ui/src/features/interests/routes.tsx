import { Route, Routes } from "react-router";
import { BoardPage } from "./board/BoardPage.tsx";
import { InterestCard } from "./InterestCard.tsx";
import { InterestList } from "./InterestList.tsx";
import { LossPage } from "./LossPage.tsx";

/** Pages of Interests, mounted at /interests/*. */
export function InterestRoutes() {
  return (
    <Routes>
      <Route index element={<InterestList />} />
      <Route path="board" element={<BoardPage />} />
      <Route path="losses" element={<LossPage />} />
      <Route path=":id" element={<InterestCard />} />
    </Routes>
  );
}
