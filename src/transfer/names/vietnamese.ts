/** Vietnamese names: family name, middle name, given name. */
import type { Culture } from './culture.ts'

export const vietnamese: Culture = {
  language: 'vi',
  country: 'VN',
  dial: '84',
  male: `Anh, Bảo, Cường, Dũng, Đạt, Đức, Giang, Hải, Hiếu, Hoàng, Hùng, Huy, Khải, Khoa, Kiên, Lâm, Long, Mạnh,
    Minh, Nam, Nghĩa, Phong, Phúc, Quân, Quang, Sơn, Thành, Thắng, Toàn, Tuấn, Việt, Vinh`,
  female: `Ánh Tuyết, Bích, Châu, Diệp, Đan, Hà, Hạnh, Hằng Nga, Hiền, Hoa, Hồng, Hương, Huyền, Khánh Vy, Lan, Liên,
    Linh, Loan, Ly, Mai, My, Nga, Ngân, Ngọc, Nhung, Oanh, Phương, Quỳnh, Thảo, Thủy, Trang, Yến`,
  family: `Nguyễn, Trần, Lê, Phạm, Huỳnh, Hoàng, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương, Lý, Đinh, Trịnh, Đoàn,
    Lâm, Mai, Tô, Trương, Hà, Cao, Châu, Tạ, Thái, Phùng, Quách, Vương, La, Triệu, Đào, Kiều, Nghiêm, Từ, Bạch,
    Khương, Lưu, Tăng, Thạch, Viên, Ông, Giáp, Hứa, Mạc, Chử`,
  middle: {
    male: 'Văn, Hữu, Đức, Công, Quốc, Xuân, Thanh, Ngọc, Bá, Đình',
    female: 'Thị, Thu, Kim, Thúy, Ngọc, Mỹ, Bảo, Thanh, Diễm, Phương',
    percent: 95,
  },
  honorifics: 'TS., PGS., BS.',
  cities: `Hà Nội|Hà Nội|24|10####, Thành phố Hồ Chí Minh|Hồ Chí Minh|28|70####, Đà Nẵng|Đà Nẵng|236|55####,
    Hải Phòng|Hải Phòng|225|18####, Cần Thơ|Cần Thơ|292|90####, Huế|Thừa Thiên Huế|234|53####,
    Đà Lạt|Lâm Đồng|263|67####, Nha Trang|Khánh Hòa|258|65####`,
  streets: `Đường Lê Lợi, Đường Nguyễn Huệ, Phố Hàng Bạc, Đường Trần Phú, Đường Hai Bà Trưng, Đường Điện Biên Phủ,
    Phố Huế, Đường Lý Thường Kiệt, Đường Cách Mạng Tháng Tám, Đường Võ Thị Sáu, Đường Pasteur, Phố Đội Cấn`,
  numberFirst: true,
  mobile: '90',
  trades: 'Bảo Hiểm, Vận Tải, Dệt May, Xây Dựng, Thủy Sản, Phần Mềm, Cà Phê, Điện Tử',
  legalForms: 'JSC, Co. Ltd',
}
