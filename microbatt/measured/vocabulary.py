"""Names of quantities and units as testers write them.

English, German, French and Chinese; of the usual columns also Spanish, Italian, Japanese, Korean.
"""

from typing import Final

NAMES: Final = {
    "time": (
        "total time, test time, tests total time, time since start, elapsed time, run time, "
        "experiment time, t total, test, time, t, "
        "prog time, program time, programme time, gesamtzeit, gesamtdauer, "
        "programmzeit, programmdauer, "
        "versuchszeit, versuchsdauer, prüfzeit, prüfdauer, testzeit, testdauer, laufzeit, "
        "laufdauer, zeit, messzeit, messdauer, dauer, "
        "temps total, durée totale, temps écoulé, temps essai, temps d essai, "
        "temps de test, durée, temps, "
        "总时间, 测试时间, 累计时间, 运行时间, 时间, "
        "tiempo total, tiempo, tempo totale, tempo, "
        "経過時間, 総時間, 累計時間, 試験時間, 時間, 경과시간, 총시간, 누적시간, 시간"
    ),
    "step time": (
        "step time, step, time in step, relative time, rel time, t step, "
        "schrittzeit, schrittdauer, temps étape, temps de l étape, temps du pas, "
        "工步时间, 相对时间, 步骤时间, ステップ時間, 스텝시간, 단계시간"
    ),
    "voltage": (
        "ewe ece, ecell, cell voltage, u cell, ucell, v cell, vcell, cell potential, cell pot, "
        "terminal voltage, battery voltage, pack voltage, full cell voltage, "
        "voltage, volt, volts, voltages, potential, voltage measured, measured voltage, vf, ewe, "
        "zellspannung, klemmenspannung, spannung, tension cellule, tension de cellule, tension, "
        "电池电压, 单体电压, 电压, voltaje, tensión, tensione, "
        "セル電圧, 電池電圧, 端子電圧, 電圧, 電壓, 셀전압, 전지전압, 전압, v, u, e"
    ),
    "counter voltage": "ece, counter electrode potential, counter potential",
    "current": (
        "current density, curr den, current, measured current, current measured, cell current, "
        "curr, cur, amps, amp, im, ampere, amperes, "
        "stromdichte, strom, stromstärke, densité de courant, courant, intensité, "
        "电流密度, 电流, corriente, corrente, 電流密度, 電流, 전류밀도, 전류, i, j, control i"
    ),
    "discharge current": (
        "discharge current, discharging current, dischg current, dchg current, dchg curr, "
        "i discharge, i dis, i dchg, entladestrom, courant de décharge, courant décharge, "
        "corriente de descarga, corrente di scarica, 放电电流, 放電電流, 방전전류"
    ),
    "charge current": (
        "charge current, charging current, chg current, chg curr, i charge, i chg, ladestrom, "
        "courant de charge, corriente de carga, corrente di carica, 充电电流, 充電電流, 충전전류"
    ),
    "discharge capacity": (
        "discharge capacity, discharging capacity, discharged capacity, delivered capacity, "
        "dischg capacity, dchg capacity, dchg cap, dischg cap, discharge cap, q discharge, "
        "q dis, qdischarge, discharge charge, discharge, "
        "entladekapazität, entladene kapazität, entladene ladung, entladene ladungsmenge, "
        "entladung, capacité de décharge, "
        "capacité décharge, q décharge, 放电容量, "
        "capacidad de descarga, capacità di scarica, 放電容量, 방전용량"
    ),
    "capacity": (
        "capacity, areal capacity, step capacity, cumulative capacity, net capacity, "
        "cap, amp hr, amp hrs, amphr, ampere hours, amp hours, ah, mah, ah step, ah balance, "
        "q charge discharge, q, q qo, kapazität, ladungsmenge, ladung, amperestunden, "
        "capacité, quantité de charge, 容量, 比容量, "
        "capacidad, capacità, 용량"
    ),
    "temperature": (
        "cell temperature, surface temperature, aux temperature 1, auxiliary temperature 1, "
        "temperature 1, temperature t1, temperature measured, measured temperature, temp 1, t1, "
        "tc1, aux temperature, temperature, temp, "
        "ambient temperature, chamber temperature, environment temperature, "
        "zelltemperatur, oberflächentemperatur, temperatur, température cellule, température, "
        "电池温度, 温度, 辅助温度, 环境温度, セル温度, 셀온도, 온도"
    ),
    "state": (
        "step type, step name, state, status, md, mode, step state, ox red, "
        "schritttyp, schrittname, zustand, modus, betriebsart, état, type de pas, type d étape, "
        "工步类型, 工步名称, 步骤类型, 状态, 状態, モード, ステップ種別, 상태, 모드"
    ),
    "step": (
        "step index, step number, step id, step no, step, step count, ns, "
        "schrittnummer, schritt, numéro d étape, étape, pas, 工步序号, 工步号, 步次, 工步, "
        "ステップ番号, ステップ, 스텝번호, 스텝, 단계"
    ),
    "cycle": (
        "cycle index, cycle number, cycle count, cycle id, cycle no, cycle, cyc, "
        "zyklus, zyklusnummer, zyklennummer, numéro de cycle, 循环序号, 循环号, 循环, "
        "サイクル数, サイクル番号, サイクル, 사이클"
    ),
    "cell": (
        "cell, cell id, cell name, cell no, cell number, channel, channel number, channel id, "
        "barcode, battery id, battery, sample, sample id, "
        "zelle, zellnummer, kanal, cellule, voie, canal, 通道, 通道号, 条码, 电池"
    ),
    "date": (
        "date time, datetime, timestamp, time stamp, absolute time, abs time, real time, "
        "system time, dpt time, date, date and time, datum, datum uhrzeit, datum zeit, uhrzeit, "
        "zeitstempel, date heure, date et heure, horodatage, 绝对时间, 系统时间, 日期, "
        "日時, 日付, 測定日時, 일시, 날짜"
    ),
}
"""Names of each quantity, the best first."""

WARM: Final = "temp, 温度, 溫度, 온도"
"""What stands in a name of a temperature, in whatever language."""
WARM_PLACES: Final = {
    "cell": (
        "cell, surface, skin, casing, zelle, zell, oberfläche, gehäuse, akku, batter, accu, "
        "surf, cellule, celda, cella, superficie, "
        "电池, 电芯, 单体, 表面, 電池, セル, 셀, 전지, 표면"
    ),
    "around": (
        "ambient, chamber, environment, oven, room, bath, air, umgebung, kammer, klima, ofen, "
        "raum, luft, bad, ambiant, ambiante, enceinte, étuve, ambiente, cámara, camera, "
        "环境, 箱, 室温, 環境, 恒温槽, 주변, 챔버, 환경"
    ),
    "none": (
        "setpoint, set point, target, soll, consigne, limit, delta, differ, rise, gradient, rate, "
        "board, pcb, heatsink, heat sink, mosfet, device, instrument, cold junction, gerät, 设定"
    ),
}
"""Words of where a temperature is taken: at the cell, around it; and of what is none of them."""

SPELLED: Final = {
    "v": "V",
    "volt": "V",
    "volts": "V",
    "millivolt": "mV",
    "millivolts": "mV",
    "mv": "mV",
    "伏": "V",
    "毫伏": "mV",
    "a": "A",
    "ampere": "A",
    "amperes": "A",
    "amps": "A",
    "amp": "A",
    "安": "A",
    "毫安": "mA",
    "milliampere": "mA",
    "milliamp": "mA",
    "milliamps": "mA",
    "ma": "mA",
    "s": "s",
    "second": "s",
    "seconds": "s",
    "sec": "s",
    "secs": "s",
    "sekunden": "s",
    "sek": "s",
    "secondes": "s",
    "segundos": "s",
    "secondi": "s",
    "秒": "s",
    "초": "s",
    "min": "min",
    "minute": "min",
    "minutes": "min",
    "mins": "min",
    "minuten": "min",
    "分": "min",
    "分钟": "min",
    "minutos": "min",
    "minuti": "min",
    "h": "h",
    "hour": "h",
    "hours": "h",
    "hr": "h",
    "hrs": "h",
    "std": "h",
    "stunden": "h",
    "heures": "h",
    "heure": "h",
    "horas": "h",
    "ore": "h",
    "小时": "h",
    "時間": "h",
    "ah": "Ah",
    "a.h": "Ah",
    "mah": "mAh",
    "ma.h": "mAh",
    "amp-hr": "Ah",
    "amp-hrs": "Ah",
    "amp hr": "Ah",
    "ampere hour": "Ah",
    "ampere_hour": "Ah",
    "amp-hours": "Ah",
    "°c": "degC",
    "℃": "degC",
    "deg c": "degC",
    "degc": "degC",
    "deg_c": "degC",
    "celsius": "degC",
    "degrees celsius": "degC",
    "grad c": "degC",
    "grad celsius": "degC",
    "° c": "degC",
    "ºc": "degC",
    "º c": "degC",
    "°f": "degF",
    "° f": "degF",
    "ºf": "degF",
    "deg f": "degF",
    "degf": "degF",
    "deg_f": "degF",
    "fahrenheit": "degF",
    "degrees fahrenheit": "degF",
    "grad fahrenheit": "degF",
    "°k": "K",
    "k": "K",
    "kelvin": "K",
    "安时": "Ah",
    "毫安时": "mAh",
}
"""Units as cyclers spell them."""
