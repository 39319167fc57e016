import { NotFoundNotice } from "@/components/order/notices";
import { requestWords } from "@/messages/request-words";

export default async function NotFound() {
  return <NotFoundNotice words={await requestWords()} />;
}
