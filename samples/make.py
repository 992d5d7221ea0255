#!/usr/bin/env python3
"""Makes the samples that other programs write. Needs openpyxl, XlsxWriter and LibreOffice (soffice).

    python3 samples/make.py

The files differ in their dates of creation from run to run, not in what they say.
"""

import datetime
import pathlib
import subprocess
import tempfile

import openpyxl
import xlsxwriter

HERE = pathlib.Path(__file__).parent
IDS = [str(7345005664477775401 + 2 * index) for index in range(6)]
ROWS = [
    ("张伟", "2024-05-01", "候选人放弃入职"),
    ("李娜", "2024-05-06", '岗位关闭, 见工单 "HR-1182"'),
    ("Anna Müller", "2024-05-13", "Accepted another offer"),
    ("王芳", "2024-05-20", "=1+1 不是公式"),
]


def text(name, encoding, delimiter, line_end, first=""):
    """What a spreadsheet program saves as text: quotation marks only where they are needed."""

    def cell(value):
        needs_quotes = any(mark in value for mark in (delimiter, '"', "\n", "\r"))
        return '"' + value.replace('"', '""') + '"' if needs_quotes else value

    lines = [["待入职ID", "姓名", "入职日期", "撤销原因"]]
    lines += [[id, *row] for id, row in zip(IDS, ROWS)]
    body = line_end.join(delimiter.join(map(cell, line)) for line in lines) + line_end
    (HERE / name).write_bytes((first + body).encode(encoding))


def by_excel():
    """Excel's own conventions, by what its dialog "Save as" calls them."""
    text("excel-csv-chinese-windows.csv", "gb18030", ",", "\r\n")
    text("excel-csv-utf-8.csv", "utf-8-sig", ",", "\r\n")
    text("excel-unicode-text.txt", "utf-16", "\t", "\r\n")
    text("excel-semicolons.csv", "utf-8-sig", ";", "\r\n", first="sep=;\r\n")
    text("hr-system-bars.txt", "utf-8", "|", "\n")


def by_openpyxl():
    """Texts, numbers, dates, an empty row, a second sheet: what the cells show, and what becomes of them."""
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "说明"
    notes.append(["请只改第二个工作表"])
    sheet = book.create_sheet("离职名单")
    sheet.append(["姓名", "Pre-Hire ID", "入职日期", "面试时间", "薪资", "已通知", "撤销原因"])
    when = datetime.datetime(2024, 5, 1, 9, 30)
    sheet.append(["张伟", IDS[0], when.date(), when, 12345.5, True, "候选人放弃入职\n第二行"])
    sheet.append(["李娜", int(IDS[1]), when.date(), when, 30, False, "号码是数字: 最后几位已经丢失"])
    sheet.append([])
    sheet.append(["王芳", "'" + IDS[2], None, datetime.time(9, 30), 0.1 + 0.2, None, " 前后有空格 "])
    sheet.append(["赵敏", f" {IDS[3]}\u00a0", "2024-05-01", datetime.timedelta(hours=36, minutes=30), "007", None, "a"])
    sheet.append(["孙丽", "7.345E+18", None, None, None, None, "号码被改写"])
    sheet.append(["周杰", IDS[4], None, None, None, None, None])
    sheet.cell(9, 9, "这一格没有列名")
    book.save(HERE / "openpyxl.xlsx")


def by_xlsxwriter():
    """A table of shared strings, a text in two fonts, a link, a formula with its last value."""
    book = xlsxwriter.Workbook(HERE / "xlsxwriter.xlsx")
    sheet = book.add_worksheet("Leavers")
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, ["pre_hire_id", "profile", "withdraw_reason"], bold)
    sheet.write_string(1, 0, IDS[0])
    sheet.write_url(1, 1, "https://example.com/zhang", string="张伟")
    sheet.write_string(1, 2, "<b> & \"quotes\" & 'apostrophes'")
    sheet.write_rich_string(2, 0, IDS[1][:10], bold, IDS[1][10:])
    sheet.write_string(2, 2, "an id in two fonts")
    sheet.write_formula(3, 0, f'="{IDS[2][:10]}"&"{IDS[2][10:]}"', None, IDS[2])
    sheet.write_string(3, 2, "an id that a formula makes")
    sheet.write_number(4, 0, float(IDS[3]))
    sheet.write_string(4, 2, "an id that is a number")
    book.close()


def by_libreoffice():
    """One list, saved in three formats. The first column is imported as text."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "libreoffice.csv")
        source.write_bytes((HERE / "excel-csv-utf-8.csv").read_bytes().replace("姓名".encode(), "name".encode()))
        as_text = "CSV:44,34,76,1,1/2/2/1/3/5/4/2"
        for ending in ("xlsx", "xls", "ods"):
            command = ["soffice", "--headless", f"--infilter={as_text}", "--convert-to", ending]
            subprocess.run([*command, "--outdir", folder, str(source)], check=True, capture_output=True)
            made = pathlib.Path(folder, f"libreoffice.{ending}")
            (HERE / f"libreoffice-{ending}.{ending}").write_bytes(made.read_bytes())


by_excel()
by_openpyxl()
by_xlsxwriter()
by_libreoffice()
