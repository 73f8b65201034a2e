"""Files in the layouts of testers, made of one protocol of which every step is known."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tests.measured.protocols import AREA, ONE_C, Protocol

STEPS = ("rest", "discharge", "rest", "charge", "rest", "discharge", "rest")
"""What the protocol does."""
CURRENTS = (ONE_C, 2.0 * ONE_C)
"""Of its discharges [A m⁻²]."""


def protocol():
    """Two discharges with a charge between them, and rests."""
    made = Protocol().rest(300.0).discharge(ONE_C).rest(300.0, level=3.1)
    made.charge().rest(300.0).discharge(2.0 * ONE_C)
    return made.rest(300.0, level=3.1)


def table():
    """The protocol as a table with all that any tester writes."""
    frame = protocol().frame()
    frame["kind"] = frame["word"].map({"Rest": "rest", "CC DChg": "discharge", "CC Chg": "charge"})
    frame["cycle"] = 1 + (frame["step"] > 3)
    frame["row"] = np.arange(1, len(frame) + 1)
    frame["ma"] = 1e3 * frame["current"]
    frame["mv"] = 1e3 * frame["voltage"]
    frame["ua_cm2"] = frame["current"] / AREA * 100.0
    frame["ma_cm2"] = frame["current"] / AREA * 0.1
    frame["size"] = frame["current"].abs()
    frame["size_ma"] = frame["ma"].abs()
    frame["mah"] = 1e3 * frame["capacity"]
    frame["specific"] = 1e5 * frame["capacity"]
    frame["power"] = frame["current"] * frame["voltage"]
    frame["warm"] = 25.0 + np.round(0.3 * np.sin(frame["time"] / 900.0), 2)
    frame["ms"] = 1e3 * frame["time"]
    frame["minutes"] = (frame["time"] / 60.0).round(5)
    frame["hours"] = (frame["time"] / 3600.0).round(7)
    frame["step hours"] = (frame["step time"] / 3600.0).round(7)
    frame["working"] = frame["voltage"] + 0.08
    frame["counter"] = 0.08
    frame["energy"] = (frame["capacity"] * 3.7).round(7)
    frame["date"] = pd.Timestamp("2024-03-09 21:55:01") + pd.to_timedelta(frame["time"], unit="s")
    for kind, sign in (("discharge", -1.0), ("charge", 1.0)):
        mine = (np.sign(frame["current"]) == sign).to_numpy()
        moved = np.abs(frame["current"]) * frame["time"].diff().fillna(0.0) / 3600.0
        frame[f"all {kind}"] = np.cumsum(np.where(mine, moved, 0.0)).round(7)
    frame["net"] = (frame["all charge"] - frame["all discharge"]).round(7)
    return frame


TABLE = table()


def clock(seconds, *, decimals=0, days=False):
    """``h:mm:ss``, or ``d h:mm:ss``."""
    whole = round(seconds * 10**decimals) / 10**decimals
    hours, left = divmod(whole, 3600.0)
    minutes, left = divmod(left, 60.0)
    width = 3 + decimals if decimals else 2
    text = f"{int(minutes):02d}:{left:0{width}.{decimals}f}"
    if days:
        return f"{int(hours) // 24}d {int(hours) % 24:02d}:{text}"
    return f"{int(hours)}:{text}"


def gaps(sign):
    """Currents of one sign; elsewhere the field is empty."""

    def written(frame):
        return [f"{abs(one):.6g}" if one * sign > 0.0 else "" for one in frame["ma"]]

    return written


WORDS = {
    "neware": {"rest": "Rest", "discharge": "CC DChg", "charge": "CC Chg"},
    "neware zh": {"rest": "静置", "discharge": "恒流放电", "charge": "恒流充电"},
    "maccor": {"rest": "R", "discharge": "D", "charge": "C"},
    "pec": {"rest": "Rest", "discharge": "Discharge", "charge": "Charge"},
    "digatron": {"rest": "PAU", "discharge": "DCH", "charge": "CHA"},
    "basytec": {"rest": "Pause", "discharge": "Entladen", "charge": "Laden"},
    "japanese": {"rest": "休止", "discharge": "CC放電", "charge": "CC充電"},
    "korean": {"rest": "휴지", "discharge": "CC방전", "charge": "CC충전"},
    "french": {"rest": "Repos", "discharge": "Décharge", "charge": "Charge"},
    "novonix": {"rest": "0", "discharge": "2", "charge": "1"},
}


@dataclass(kw_only=True)
class Layout:
    """A file of a tester.

    ``columns``: heading → column of the table, or a function of the table.
    """

    columns: dict
    name: str = "a.csv"
    separator: str = ","
    before: str = ""
    units: str = ""
    after: str = ""
    end: str = "\n"
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    quote: bool = False
    area: float | None = AREA
    reading: dict = field(default_factory=dict)
    loads_only: bool = False
    steps: tuple = STEPS

    def frame(self):
        """Columns under their headings."""
        kept = TABLE[TABLE["kind"] != "rest"] if self.loads_only else TABLE
        kept = kept.reset_index(drop=True)
        made = {
            heading: column(kept) if callable(column) else kept[column]
            for heading, column in self.columns.items()
        }
        return pd.DataFrame(made)

    def text(self):
        """The file as text."""
        frame = self.frame()
        swap = str.maketrans({",": self.thousands, ".": self.decimal})
        group = "," if self.thousands else ""
        columns = [
            [
                one if isinstance(one, str) else f"{one:{group}.10g}".translate(swap)
                for one in frame[heading].tolist()
            ]
            for heading in frame
        ]
        mark = '"' if self.quote else ""
        rows = [self.separator.join(f"{mark}{one}{mark}" for one in row)
                for row in zip(*columns, strict=True)]  # fmt: skip
        head = self.separator.join(f"{mark}{one}{mark}" for one in frame)
        lines = [head, *([self.units] if self.units else []), *rows]
        return self.before + self.end.join(lines) + self.end + self.after

    def write(self, folder):
        """Write the file; return its path."""
        path = folder / self.name
        if path.suffix == ".parquet":
            self.frame().to_parquet(path)
        elif path.suffix == ".xlsx":
            self.frame().to_excel(path, index=False)
        else:
            path.write_bytes(self.text().encode(self.encoding))
        return path


def words(maker):
    return lambda frame: frame["kind"].map(WORDS[maker])


def clocks(column, **options):
    return lambda frame: [clock(one, **options) for one in frame[column]]


def dates(form):
    return lambda frame: frame["date"].dt.strftime(form)


def constant(value):
    return lambda frame: [value] * len(frame)


LAYOUTS = {
    "neware csv": Layout(
        columns={
            "DataPoint": "row", "Cycle Index": "cycle", "Step Index": "step",
            "Step Type": words("neware"), "Time": clocks("step time"),
            "Total Time": clocks("time"), "Current(A)": "current", "Voltage(V)": "voltage",
            "Capacity(Ah)": "capacity", "Spec. Cap.(mAh/g)": "specific",
            "Chg. Cap.(Ah)": lambda f: np.where(f["current"] > 0, f["capacity"], 0.0),
            "DChg. Cap.(Ah)": lambda f: np.where(f["current"] < 0, f["capacity"], 0.0),
            "Energy(Wh)": "energy", "Date": dates("%Y-%m-%d %H:%M:%S"), "Power(W)": "power",
        },
        encoding="utf-8-sig",
    ),
    "neware chinese": Layout(
        columns={
            "数据序号": "row", "循环号": "cycle", "工步号": "step", "工步类型": words("neware zh"),
            "时间": clocks("step time", decimals=3), "总时间": clocks("time"),
            "电流(mA)": "ma", "电压(V)": "voltage", "容量(mAh)": "mah", "比容量(mAh/g)": "specific",
            "绝对时间": dates("%Y-%m-%d %H:%M:%S"), "功率(W)": "power", "T1(℃)": "warm",
        },
        encoding="gb18030",
    ),
    "neware record lines with a tab": Layout(
        columns={
            "Record ID": "row", "Step ID": "step", "Step Name": words("neware"),
            "Time(h:min:s.ms)": clocks("step time", decimals=3), "Voltage(mV)": "mv",
            "Current(mA)": "ma", "Capacity(mAh)": "mah", "Energy(mWh)": "energy",
            "Realtime": dates("%m/%d/%Y %H:%M:%S"), "Temperature(°C)": "warm",
        },
        separator="\t", encoding="utf-16",
    ),
    "maccor text": Layout(
        name="a.txt", separator="\t", end="\r\n",
        before="Today's Date:\t03/12/2024\tDate of Test:\t03/09/2024\tFilename:\tC:\\data\\1.041\t"
        "Procedure:\trates.000\tComment/Barcode:\tA1\r\n\r\n",
        columns={
            "Rec#": "row", "Cyc#": "cycle", "Step": "step", "TestTime": clocks("time", days=True),
            "StepTime": clocks("step time", days=True), "Amp-hr": "capacity", "Watt-hr": "energy",
            "Amps": "size", "Volts": "voltage", "State": words("maccor"), "ES": constant(1),
            "DPt Time": dates("%m/%d/%Y %I:%M:%S %p"),
        },
    ),
    "maccor csv": Layout(
        before="Title line\nProcedure,rates,Cell,A1\n",
        columns={
            "Rec": "row", "Cycle P": "cycle", "Cycle C": constant(0), "Step": "step",
            "Test Time (sec)": "time", "Step Time (sec)": "step time", "Capacity (AHr)": "capacity",
            "Energy (WHr)": "energy", "Current (A)": "size", "Voltage (V)": "voltage",
            "MD": words("maccor"), "ES": constant(129), "DPT Time": dates("%d-%b-%y %I:%M:%S %p"),
            "Temp 1": "warm",
        },
    ),
    "maccor secs": Layout(
        separator="\t", name="a.txt",
        columns={
            "Rec#": "row", "Cyc#": "cycle", "Step": "step", "Test (Sec)": "time",
            "Step (Sec)": "step time", "Amp-hr": "capacity", "Watt-hr": "energy", "Amps": "size",
            "Volts": "voltage", "State": words("maccor"), "ES": constant(1),
            "DPt Time": dates("%m/%d/%Y %I:%M:%S %p"),
        },
    ),
    "arbin csv": Layout(
        columns={
            "Data_Point": "row", "Test_Time(s)": "time",
            "Date_Time": lambda f: "\t" + f["date"].dt.strftime("%m/%d/%Y %H:%M:%S.000"),
            "Step_Time(s)": "step time", "Step_Index": "step", "Cycle_Index": "cycle",
            "Current(A)": "current", "Voltage(V)": "voltage", "Charge_Capacity(Ah)": "all charge",
            "Discharge_Capacity(Ah)": "all discharge", "Charge_Energy(Wh)": "energy",
            "Discharge_Energy(Wh)": "energy", "dV/dt(V/s)": constant(0),
            "Internal_Resistance(Ohm)": constant(0.02), "Aux_Temperature(C)_1": "warm",
        },
    ),
    "arbin new": Layout(
        columns={
            "Date Time": dates("%m/%d/%Y %H:%M:%S.%f"), "Test Time (s)": "time",
            "Step Time (s)": "step time", "Cycle Index": "cycle", "Step Index": "step",
            "TC_Counter1": constant(0), "Current (A)": "current", "Voltage (V)": "voltage",
            "Power (W)": "power", "Charge Capacity (Ah)": "all charge",
            "Discharge Capacity (Ah)": "all discharge", "ACR (Ohm)": constant(0),
            "dV/dt (V/s)": constant(0), "Aux_Temperature_1 (C)": "warm",
        },
    ),
    "arbin without units": Layout(
        columns={
            "Data_Point": "row", "Test_Time": "time", "DateTime": "date",
            "Step_Time": "step time", "Step_Index": "step", "Cycle_Index": "cycle",
            "Current": "current", "Voltage": "voltage", "Charge_Capacity": "all charge",
            "Discharge_Capacity": "all discharge", "Temperature": "warm",
        },
    ),
    "arbin xlsx": Layout(
        name="a.xlsx",
        columns={
            "Data_Point": "row", "Test_Time(s)": "time", "Date_Time": "date",
            "Step_Time(s)": "step time", "Step_Index": "step", "Cycle_Index": "cycle",
            "Current(A)": "current", "Voltage(V)": "voltage", "Charge_Capacity(Ah)": "all charge",
            "Discharge_Capacity(Ah)": "all discharge",
        },
    ),
    "ec-lab english": Layout(
        name="a.mpt", separator="\t", encoding="latin-1", end="\r\n",
        before="EC-Lab ASCII FILE\r\nNb header lines : 6                          \r\n\r\n"
        "Galvanostatic Cycling\r\nRun on channel : 3\r\n",
        columns={
            "mode": constant(1), "ox/red": lambda f: (f["current"] > 0).astype(int),
            "error": constant(0), "control changes": constant(0), "Ns changes": constant(0),
            "counter inc.": constant(0), "Ns": "step", "time/s": "time", "dQ/mA.h": constant(0),
            "control/V/mA": "ma", "Ewe/V": "voltage", "<I>/mA": "ma",
            "(Q-Qo)/mA.h": lambda f: 1e3 * f["net"], "x": constant(0.5),
            "Q charge/discharge/mA.h": lambda f: np.sign(f["ma"]) * f["mah"],
            "half cycle": "cycle",
        },
    ),
    "ec-lab german": Layout(
        name="a.mpt", separator="\t", encoding="cp1252", decimal=",",
        before="EC-Lab ASCII FILE\nNb header lines : 4\nGerät : µ-Potentiostat\n",
        columns={
            "mode": constant(1), "Ns": "step", "time/s": "time", "Ecell/V": "voltage",
            "Ewe/V": "working", "Ece/V": "counter", "<I>/mA": "ma", "Temperature/°C": "warm",
            "Q discharge/mA.h": lambda f: 1e3 * f["all discharge"],
        },
    ),
    "ec-lab french": Layout(
        name="a.mpt", separator="\t", encoding="cp1252", decimal=",",
        before="EC-Lab ASCII FILE\nNb header lines : 4\nAppareil : voie n° 3\n",
        columns={
            "mode": constant(1), "temps/s": "time", "Ewe/V": "working", "Ece/V": "counter",
            "Ewe-Ece/V": "voltage", "I/mA": "ma",
        },
    ),
    "landt": Layout(
        name="a.txt", separator="\t", encoding="utf-16", end="\r\n",
        columns={
            "Record": "row", "Test-Time": clocks("time"), "Step-Time": clocks("step time"),
            "Current/mA": "ma", "Capacity/mAh": "mah", "SpeCap/mAh/g": "specific",
            "Energy/mWh": "energy", "Voltage/V": "voltage",
            "SysTime": dates("%Y-%m-%d %H:%M:%S"), "Mode": words("pec"),
        },
    ),
    "japanese": Layout(
        encoding="cp932",
        columns={
            "サイクル": "cycle", "ステップ番号": "step", "経過時間[s]": "time",
            "状態": words("japanese"), "電圧[V]": "voltage", "電流[mA]": "size_ma",
            "温度[℃]": "warm",
        },
    ),
    "japanese states alone": Layout(
        encoding="cp932",
        columns={
            "Time(s)": "time", "Mode": words("japanese"), "Voltage(V)": "voltage",
            "Current(mA)": "size_ma",
        },
    ),
    "korean": Layout(
        encoding="cp949",
        columns={
            "경과시간(s)": "time", "스텝": "step", "상태": words("korean"), "전압(V)": "voltage",
            "전류(A)": "size",
        },
    ),
    "chinese in wide brackets": Layout(
        encoding="gb18030",
        columns={
            "测试时间（秒）": "time", "电压（V）": "voltage", "电流（mA）": "ma",
            "工步类型": words("neware zh"),
        },
    ),
    "two columns of current": Layout(
        columns={
            "Test_Time(s)": "time", "Voltage(V)": "voltage",
            "Charge_Current(A)": lambda f: f["current"].clip(lower=0.0),
            "Discharge current/mA": lambda f: f["ma"].clip(upper=0.0),
        },
    ),
    "two columns of current with gaps": Layout(
        columns={
            "time [s]": "time", "voltage [V]": "voltage",
            "充電電流[mA]": gaps(1.0), "放電電流[mA]": gaps(-1.0),
        },
    ),
    "lanhe chinese": Layout(
        encoding="gb18030",
        columns={
            "记录序号": "row", "测试时间/Sec": "time", "电流/mA": "size_ma", "容量/mAh": "mah",
            "比容量/mAh/g": "specific", "电压/V": "voltage", "状态": words("neware zh"),
            "系统时间": dates("%Y-%m-%d %H:%M:%S"),
        },
    ),
    "digatron": Layout(
        separator=",", encoding="cp1252",
        before="Test ID,7\nBatterie,A1\nProgramm,Raten\n\n",
        columns={
            "Time Stamp": dates("%d.%m.%Y %H:%M:%S"), "Step": "step", "Status": words("digatron"),
            "Prog Time": clocks("time"), "Step Time": clocks("step time"), "Cycle": "cycle",
            "Cycle Level": constant(0), "Procedure": constant("rates"), "Voltage": "voltage",
            "Current": "current", "AhAccu": "net", "AhStep": "capacity", "Temperature": "warm",
        },
        units=",,,,,,,,[V],[A],[Ah],[Ah],[°C]",
    ),
    "novonix": Layout(
        before="[Summary]\nCell: A1\nMass (g): 0.1\n[End Summary]\n[Data]\n",
        columns={
            "Date and Time": dates("%Y-%m-%d %I:%M:%S %p"), "Cycle Number": "cycle",
            "Step Type": words("novonix"), "Run Time (h)": "hours", "Step Time (h)": "step hours",
            "Current (A)": "current", "Potential (V)": "voltage", "Capacity (Ah)": "net",
            "Temperature (°C)": "warm", "Energy (Wh)": "energy", "Step Number": "step",
        },
    ),
    "basytec": Layout(
        name="a.txt", separator="\t", decimal=".", encoding="latin-1",
        before="~Resultfile from Basytec Battery Test System\n~Date and Time of Data Converting: "
        "12.03.2024 10:11:12\n~Name of Test: Raten\n~Battery: A1\n~\n",
        columns={
            "~Time[h]": "hours", "DataSet": "row", "t-Step[h]": "step hours", "Line": "step",
            "Command": words("basytec"), "U[V]": "voltage", "I[A]": "current", "Ah[Ah]": "net",
            "Ah-Step": "capacity", "T1[°C]": "warm",
        },
    ),
    "ivium": Layout(
        name="a.txt", separator=" ", columns={"time/s": "time", "I/A": "current", "E/V": "voltage"},
    ),
    "gamry": Layout(
        name="a.dta", separator="\t",
        before="EXPLAIN\nTAG\tPWR800_DISCHARGE\nTITLE\tLABEL\tBattery\tTest &Identifier\n"
        "CURVE\tTABLE\t400\n",
        columns={
            "": constant(""), "Pt": "row", "T": "time", "Vf": "voltage", "Im": "current",
            "Vu": constant(0), "Sig": constant(0), "Ach": constant(0), "IERange": constant(9),
        },
        units="\t#\ts\tV vs. Ref.\tA\tV\tV\tV\t#",
    ),
    "pec": Layout(
        before="TestRegime Name:,Rates\nCell ID:,A1\n\n",
        columns={
            "Test": constant(1), "Step": "step", "Cycle": "cycle", "Total Time (Seconds)": "time",
            "Step Time (Seconds)": "step time", "Real Time": dates("%d/%m/%Y %H:%M:%S"),
            "Voltage (mV)": "mv", "Current (mA)": "ma", "Charge Capacity (mAh)":
            lambda f: 1e3 * f["all charge"], "Discharge Capacity (mAh)":
            lambda f: 1e3 * f["all discharge"], "State": words("pec"), "Temperature (°C)": "warm",
        },
    ),
    "bdf human": Layout(
        columns={
            "Test Time / s": "time", "Voltage / V": "voltage", "Current / A": "current",
            "Unix Time / s": lambda f: f["date"].astype("int64") / 1e9, "Cycle Count / 1": "cycle",
            "Step Count / 1": "step", "Ambient Temperature / degC": "warm",
            "Discharging Capacity / Ah": "all discharge", "Charging Capacity / Ah": "all charge",
        },
        name="a.bdf.csv",
    ),
    "bdf machine": Layout(
        columns={
            "test_time_second": "time", "voltage_volt": "voltage", "current_ampere": "current",
            "unix_time_second": lambda f: f["date"].astype("int64") / 1e9, "cycle_count": "cycle",
            "step_count": "step", "ambient_temperature_celsius": "warm",
            "step_capacity_ah": "capacity",
        },
        name="a.bdf.parquet",
    ),
    "pybamm": Layout(
        columns={
            "": "row", "Time [s]": "time", "Current [A]": lambda f: -f["current"],
            "Voltage [V]": "voltage", "Terminal voltage [V]": "voltage",
            "Discharge capacity [A.h]": lambda f: -f["net"], "Cell temperature [K]":
            lambda f: f["warm"] + 273.15, "Time [min]": "minutes", "Time [h]": "hours",
        },
    ),
    "pandas index": Layout(
        columns={
            "Unnamed: 0": lambda f: np.arange(len(f)), "t": "time", "V (mV)": "mv", "I (mA)": "ma",
        },
        reading={"columns": {"time": "t:s"}},
    ),
    "battery archive": Layout(
        columns={
            "Date_Time": dates("%Y-%m-%d %H:%M:%S"), "Test_Time (s)": "time",
            "Cycle_Index": "cycle", "Current (A)": "current", "Voltage (V)": "voltage",
            "Charge_Capacity (Ah)": "all charge", "Discharge_Capacity (Ah)": "all discharge",
            "Charge_Energy (Wh)": "energy", "Discharge_Energy (Wh)": "energy",
            "Environment_Temperature (C)": constant(25), "Cell_Temperature (C)": "warm",
        },
    ),
    "calce xlsx": Layout(
        name="a.xlsx",
        columns={
            "Data_Point": "row", "Test_Time(s)": "time", "Date_Time": "date",
            "Step_Time(s)": "step time", "Step_Index": "step", "Cycle_Index": "cycle",
            "Current(A)": "current", "Voltage(V)": "voltage", "Charge_Capacity(Ah)": "all charge",
            "Discharge_Capacity(Ah)": "all discharge", "Is_FC_Data": constant(0),
            "AC_Impedance(Ohm)": constant(0), "ACI_Phase_Angle(Deg)": constant(0),
        },
    ),
    "nasa": Layout(
        columns={
            "Voltage_measured": "voltage", "Current_measured": "current",
            "Temperature_measured": "warm", "Current_load": "current", "Voltage_load": "voltage",
            "Time": "time",
        },
    ),
    "german thousands": Layout(
        separator=";", decimal=",", thousands=".", encoding="cp1252",
        columns={
            "Prüfzeit [s]": "time", "Zellspannung [mV]": "mv", "Strom [mA]": "ma",
            "Temperatur [°C]": "warm", "Zustand": words("basytec"), "Schritt": "step",
        },
    ),
    "german unsigned": Layout(
        separator=";", decimal=",",
        columns={
            "Laufzeit in h": "hours", "Spannung in V": "voltage", "Stromstärke in mA": "size_ma",
            "Betriebsart": words("basytec"),
        },
    ),
    "french": Layout(
        separator=";", decimal=",", encoding="utf-8-sig",
        columns={
            "Temps écoulé (min)": "minutes", "Tension cellule (V)": "voltage",
            "Intensité (A)": "current", "État": words("french"), "Température (°C)": "warm",
        },
    ),
    "milliseconds": Layout(
        columns={"time [ms]": "ms", "voltage [mV]": "mv", "current [mA cm⁻²]": "ma_cm2"},
        area=None,
    ),
    "micro per square centimetre": Layout(
        columns={"t/h": "hours", "U/mV": "mv", "j/µA·cm⁻²": "ua_cm2"}, area=None,
    ),
    "mA/cm2": Layout(
        columns={"Time (s)": "time", "Ewe (V)": "voltage", "J (mA/cm2)": "ma_cm2",
                 "Capacity (mAh/g)": "specific"},
        area=None,
    ),
    "datetime parquet": Layout(
        name="a.parquet",
        columns={"timestamp": "date", "voltage [V]": "voltage", "current [A]": "current"},
    ),
    "timedelta parquet": Layout(
        name="a.parquet",
        columns={
            "Elapsed time": lambda f: pd.to_timedelta(f["time"], unit="s"),
            "voltage [V]": "voltage", "current [A]": "current",
        },
    ),
    "dates only": Layout(
        columns={"DateTime": dates("%d.%m.%Y %H:%M:%S"), "U [V]": "voltage", "I [A]": "current"},
    ),
    "dates in two columns": Layout(
        columns={"Date": dates("%Y-%m-%d"), "Time": dates("%H:%M:%S"), "U [V]": "voltage",
                 "I [A]": "current"},
    ),
    "datetime xlsx": Layout(
        name="a.xlsx",
        columns={"Zeitstempel": "date", "Spannung [V]": "voltage", "Strom [A]": "current"},
    ),
    "unsigned with state": Layout(
        columns={"t [s]": "time", "U [V]": "voltage", "I [A]": "size", "State": words("pec")},
    ),
    "unsigned without state": Layout(
        columns={"t [s]": "time", "U [V]": "voltage", "I [A]": "size"},
    ),
    "loads only": Layout(
        columns={"t [s]": "time", "U [V]": "voltage", "I [A]": "current"},
        loads_only=True, steps=("discharge", "charge", "discharge"),
    ),
    "reference electrode": Layout(
        columns={
            "Time (s)": "time", "Voltage (V)": "voltage",
            "Positive potential vs ref (V)": "working",
            "Negative potential vs ref (V)": "counter", "Current (A)": "current",
        },
    ),
    "swiss": Layout(
        separator="\t", thousands="'",
        columns={"Zeit/s": "time", "U/V": "voltage", "I/mA": "ma"},
    ),
    "aligned blanks": Layout(
        separator="   ", name="a.dat",
        columns={"Time (s)": "time", "Voltage (V)": "voltage", "Current (A)": "current"},
    ),
    "commented headings": Layout(
        separator=",", before="# made by us\n# cell A1\n",
        columns={"# time [s]": "time", "voltage [V]": "voltage", "current [A]": "current"},
    ),
    "underscored units": Layout(
        columns={"time_s": "time", "voltage_V": "voltage", "current_mA": "ma", "temp_C": "warm",
                 "capacity_mAh": lambda f: 1e3 * f["all discharge"]},
    ),
    "cycler csv of words": Layout(
        columns={"Elapsed Time (seconds)": "time", "Cell Voltage (volts)": "voltage",
                 "Cell Current (amps)": "current", "Status": words("pec")},
        quote=True,
    ),
}  # fmt: skip
