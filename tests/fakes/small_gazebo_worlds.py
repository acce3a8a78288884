"""Hand-made worlds for tests of the Gazebo client: a floor, small robots, walls, posts.

They follow the names of the generated worlds (``chassis``, ``body``, ``shell``, ``bumper``), but
share no code with what generates these.
"""

WHEEL_M = 0.1
NO_FRICTION = "<surface><friction><ode><mu>0</mu><mu2>0</mu2></ode></friction></surface>"
FLOOR = """<model name="floor"><static>true</static><link name="link"><collision name="plane">
<geometry><plane><normal>0 0 1</normal><size>200 200</size></plane></geometry></collision></link>
</model>"""


def world(models: list[str], *, step_s: float = 0.01, iterations: int = 20) -> str:
    """A world file with a floor and these models."""
    return f"""<?xml version="1.0"?><sdf version="1.7"><world name="podherd">
<physics type="ode"><max_step_size>{step_s}</max_step_size><real_time_factor>0</real_time_factor>
<real_time_update_rate>5000</real_time_update_rate>
<ode><solver><type>quick</type><iters>{iterations}</iters><sor>1.0</sor></solver></ode></physics>
{FLOOR}{"".join(models)}</world></sdf>"""


def agv(name: str, x_m: float, y_m: float, theta_rad: float = 0.0, sensors: str = "") -> str:
    """A robot of 0.7 x 0.62 m with two driven wheels, a shell (off) and a bumper."""
    return f"""<model name="{name}"><allow_auto_disable>false</allow_auto_disable>
<pose>{x_m} {y_m} 0 0 0 {theta_rad}</pose>
<link name="chassis"><pose>0 0 0.15 0 0 0</pose><inertial><mass>20</mass><inertia><ixx>0.5</ixx>
<iyy>0.5</iyy><izz>1.0</izz></inertia></inertial>
<collision name="body"><geometry><box><size>0.7 0.62 0.15</size></box></geometry></collision>
<collision name="shell"><pose>0 0 0.75 0 0 0</pose><geometry><box><size>1 1 1.2</size></box>
</geometry><surface><contact><collide_bitmask>0</collide_bitmask></contact></surface></collision>
{_caster("caster_front", 0.28)}{_caster("caster_rear", -0.28)}
<sensor name="bumper" type="contact"><always_on>1</always_on><update_rate>0</update_rate>
<contact><collision>body</collision><collision>shell</collision></contact></sensor>{sensors}</link>
{_wheel("left", 0.2)}{_wheel("right", -0.2)}
<plugin name="drive" filename="libDiffDrivePlugin.so"><left_joint>left_joint</left_joint>
<right_joint>right_joint</right_joint><torque>30</torque></plugin></model>"""


def _caster(name: str, x_m: float) -> str:
    return f"""<collision name="{name}"><pose>{x_m} 0 -0.1 0 0 0</pose><geometry><sphere>
<radius>0.05</radius></sphere></geometry>{NO_FRICTION}</collision>"""


def _wheel(side: str, y_m: float) -> str:
    return f"""<link name="{side}_wheel"><pose>0 {y_m} {WHEEL_M} -1.5707963 0 0</pose><inertial>
<mass>5</mass><inertia><ixx>0.02</ixx><iyy>0.02</iyy><izz>0.02</izz></inertia></inertial>
<collision name="tyre"><geometry><sphere><radius>{WHEEL_M}</radius></sphere></geometry></collision>
</link><joint name="{side}_joint" type="revolute"><parent>chassis</parent>
<child>{side}_wheel</child><axis><xyz>0 0 1</xyz></axis></joint>"""


def box(
    name: str, x_m: float, y_m: float, size_m: tuple[float, float, float] = (0.5, 0.5, 0.5)
) -> str:
    """A box that stands still whatever comes."""
    x, y, z = size_m
    return f"""<model name="{name}"><static>true</static><pose>{x_m} {y_m} {z / 2} 0 0 0</pose>
<link name="link"><collision name="body"><geometry><box><size>{x} {y} {z}</size></box></geometry>
</collision></link></model>"""


def pod(name: str, x_m: float, y_m: float) -> str:
    """A pod of 60 kg on four thin legs, 0.8 m apart, under which a robot fits."""
    legs = "".join(
        f"""<collision name="leg_{k}"><pose>{x} {y} 0.175 0 0 0</pose><geometry><box>
<size>0.03 0.03 0.35</size></box></geometry></collision>"""
        for k, (x, y) in enumerate(((0.4, 0.4), (-0.4, 0.4), (-0.4, -0.4), (0.4, -0.4)))
    )
    return f"""<model name="{name}"><pose>{x_m} {y_m} 0 0 0 0</pose><link name="rack"><inertial>
<pose>0 0 0.8 0 0 0</pose><mass>60</mass><inertia><ixx>15</ixx><iyy>15</iyy><izz>10</izz></inertia>
</inertial>{legs}<collision name="body"><pose>0 0 1.1 0 0 0</pose><geometry><box>
<size>0.83 0.83 1.5</size></box></geometry></collision></link></model>"""


def person(name: str, x_m: float, y_m: float) -> str:
    """Somebody who stands there: a cylinder of 0.25 m radius."""
    return f"""<model name="{name}"><pose>{x_m} {y_m} 0 0 0 0</pose><link name="chassis">
<pose>0 0 0.85 0 0 0</pose><inertial><mass>75</mass><inertia><ixx>18</ixx><iyy>18</iyy><izz>2</izz>
</inertia></inertial><collision name="body"><geometry><cylinder><radius>0.25</radius>
<length>1.7</length></cylinder></geometry></collision></link></model>"""


LIDAR = """<sensor name="lidar" type="ray"><pose>0.35 0 0.05 0 0 0</pose>
<update_rate>10</update_rate><ray><scan><horizontal><samples>61</samples><min_angle>-1.5707963</min_angle>
<max_angle>1.5707963</max_angle></horizontal></scan><range><min>0.05</min><max>8</max></range>
</ray>
</sensor>"""

CAMERA = """<sensor name="camera" type="camera"><pose>0.4 0 0.3 0 0 0</pose>
<update_rate>10</update_rate><camera><horizontal_fov>1.2</horizontal_fov><image>
<width>160</width><height>120</height><format>R8G8B8</format></image>
<clip><near>0.05</near><far>20</far></clip></camera></sensor>"""


def red_wall(name: str, x_m: float, y_m: float) -> str:
    """A wall that looks red to a camera."""
    return f"""<model name="{name}"><static>true</static><pose>{x_m} {y_m} 1 0 0 0</pose>
<link name="link"><visual name="paint"><geometry><box><size>0.1 8 2</size></box></geometry>
<material><ambient>1 0 0 1</ambient><diffuse>1 0 0 1</diffuse><emissive>0.8 0 0 1</emissive>
</material></visual></link></model>"""
