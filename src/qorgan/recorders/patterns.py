"""How the makers name files: keys of the dock's patterns, with words for the register form. The dock reads the names; here one only chooses."""

from django.utils.translation import gettext_lazy as _

AUTOMATIC = "auto"
PATTERNS = (
    (AUTOMATIC, _("recognise by itself")),
    ("ga-t-947", "GA/T 947 (DSJ, ZFY)"),
    ("axis", "Axis Body Worn"),
    ("dahua", "Dahua"),
    ("hikvision", "Hikvision"),
    ("novatek", "Novatek, Ambarella"),
    ("generic-dcim", _("DCIM folders")),
    ("telephone", _("telephone or tablet")),
    ("legacy-utc6", _("DCIM folders, clock still in UTC+6")),
)
