import { Navigate, Route, Routes } from "react-router";
import { AbsencesPage } from "./AbsencesPage.tsx";
import { DayPage } from "./DayPage.tsx";
import { LiveBoard } from "./LiveBoard.tsx";

/** The line as it is now, the people's days, and who is away. */
export function SupervisorPage() {
  return (
    <Routes>
      <Route index element={<LiveBoard />} />
      <Route path="day" element={<DayPage />} />
      <Route path="absences" element={<AbsencesPage />} />
      <Route path="*" element={<Navigate to="/supervisor" replace />} />
    </Routes>
  );
}
